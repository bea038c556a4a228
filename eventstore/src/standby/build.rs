use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sqlx::PgPool;
use tokio::time::sleep;
use uuid::Uuid;

use crate::EventStore;
use crate::daemon::consumer::Consumer;
use crate::daemon::feed::Feed;
use crate::daemon::job::{Job, Step};
use crate::daemon::progress::Progress;
use crate::daemon::runner::ConsumerJob;
use crate::daemon::{DaemonError, Lease, Projector};
use crate::standby::sides::{self, Wish};
use crate::standby::{StandbyConsumer, quoted, schema};

const LEASE_DURATION: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// What a build has come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Built {
    pub name: String,
    /// The standby rows show everything before this leaf.
    pub next_leaf: i64,
    /// Somebody had begun before: this went on from there.
    pub resumed: bool,
}

/// Builds a read model anew beside its live rows, and returns when it has caught up with the log
/// as it was at the start. A running server does the filling, and keeps the rows up to date
/// afterwards; without one this process fills.
///
/// May be cut off at any point and asked for again, also by several processes at once.
pub async fn build(
    store: &EventStore,
    projector: Arc<dyn Projector>,
) -> Result<Built, DaemonError> {
    let anew = sides::begin(store, &*projector, Wish::Asked).await?;
    let next_leaf = catch_up(store, &projector).await?;
    Ok(Built {
        name: projector.name().to_owned(),
        next_leaf,
        resumed: !anew,
    })
}

/// Lets the standby rows reach the present end of the log, by this process or by whoever holds
/// their lease.
pub(super) async fn catch_up(
    store: &EventStore,
    projector: &Arc<dyn Projector>,
) -> Result<i64, DaemonError> {
    let consumer: Arc<dyn Consumer> = Arc::new(StandbyConsumer::new(Arc::clone(projector)));
    let pool = store.pool();
    let goal: i64 = sqlx::query_scalar("SELECT next_leaf FROM sealer")
        .fetch_one(pool)
        .await?;
    let owner = Uuid::now_v7();
    loop {
        if position(pool, &*consumer).await? >= goal {
            return Ok(goal);
        }
        let lease = Lease::take(pool, consumer.lease_name(), owner, LEASE_DURATION).await?;
        let Some(lease) = lease else {
            sleep(POLL).await;
            continue;
        };
        let filled = fill(store, &consumer, &lease, goal).await;
        lease.release(pool).await?;
        match filled {
            Ok(()) => return Ok(goal),
            // An exchange, or a server that took over meanwhile.
            Err(DaemonError::LeaseLost { .. }) => {}
            Err(error) => return Err(error),
        }
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

async fn position(pool: &PgPool, consumer: &dyn Consumer) -> Result<i64, DaemonError> {
    let next_leaf: Option<i64> =
        sqlx::query_scalar("SELECT next_leaf FROM projection WHERE name = $1")
            .bind(consumer.checkpoint())
            .fetch_optional(pool)
            .await?;
    next_leaf
        .ok_or_else(|| DaemonError::Refused(format!("{} has been dropped", consumer.checkpoint())))
}

/// Tells the planner what the tables hold, before anybody reads them.
pub(super) async fn analyze(pool: &PgPool, projector: &dyn Projector) -> Result<(), sqlx::Error> {
    let schema = quoted(&schema(projector.name()));
    for table in projector.tables() {
        let statement = format!("ANALYZE {schema}.{}", quoted(table));
        sqlx::query(&statement).execute(pool).await?;
    }
    Ok(())
}
