use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::sleep;
use uuid::Uuid;

use crate::daemon::consumer::{Consumer, ProjectionConsumer};
use crate::daemon::feed::Feed;
use crate::daemon::job::{Job, Step};
use crate::daemon::progress::Progress;
use crate::daemon::runner::ConsumerJob;
use crate::daemon::{DaemonError, Lease, Projector, checkpoint};
use crate::{EventStore, StoreError};

const LEASE_DURATION: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// Empties a read model and fills it again from the log; returns when it has caught up with the
/// log as it was at the start. A running server does the filling; otherwise this process does.
///
/// Until then the read model shows less than it should.
pub async fn rebuild(
    store: &EventStore,
    projector: Arc<dyn Projector>,
) -> Result<i64, DaemonError> {
    let consumer: Arc<dyn Consumer> = Arc::new(ProjectionConsumer::new(projector));
    let pool = store.pool();
    let goal: i64 = sqlx::query_scalar("SELECT next_leaf FROM sealer")
        .fetch_one(pool)
        .await?;
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT FROM projection WHERE name = $1 FOR UPDATE")
        .bind(consumer.checkpoint())
        .execute(&mut *transaction)
        .await?;
    checkpoint::begin_anew(&mut transaction, &*consumer).await?;
    transaction.commit().await?;
    let owner = Uuid::now_v7();
    loop {
        let lease = Lease::take(pool, consumer.lease_name(), owner, LEASE_DURATION).await?;
        if let Some(lease) = lease {
            let filled = fill(store, &consumer, &lease, goal).await;
            lease.release(pool).await?;
            return filled.map(|()| goal);
        }
        if position(pool, consumer.checkpoint()).await? >= goal {
            return Ok(goal);
        }
        sleep(POLL).await;
    }
}

async fn fill(
    store: &EventStore,
    consumer: &Arc<dyn Consumer>,
    lease: &Lease,
    goal: i64,
) -> Result<(), DaemonError> {
    let progress = Arc::new(Progress::new(vec![consumer.checkpoint().to_owned()], &[]));
    progress.seal_reached(goal);
    let feed = Arc::new(Feed::new(store.clone()));
    let mut job = ConsumerJob::new(Arc::clone(consumer), store.pool().clone(), feed, progress);
    job.take_over(lease).await?;
    loop {
        match job.step(lease).await? {
            Step::More => {}
            Step::Restart => job.take_over(lease).await?,
            Step::Idle => return job.save_now(lease).await,
        }
    }
}

async fn position(pool: &PgPool, name: &str) -> Result<i64, StoreError> {
    let next_leaf = sqlx::query_scalar("SELECT next_leaf FROM projection WHERE name = $1")
        .bind(name)
        .fetch_one(pool)
        .await?;
    Ok(next_leaf)
}
