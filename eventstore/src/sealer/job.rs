//! The sealer as a background job.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::daemon::job::{Job, Step};
use crate::daemon::progress::Progress;
use crate::daemon::{DaemonError, Lease};
use crate::sealer::{SEALER_LEASE, seal_batch};

/// Events sealed in one transaction, give or take the last commit.
const BATCH: i64 = 10_000;
/// Commits of other nodes do not wake this one.
const POLL: Duration = Duration::from_millis(200);
/// Under load several commits share a batch; a reader does not notice the wait.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) struct SealerJob {
    pool: PgPool,
    committed: Arc<Notify>,
    progress: Arc<Progress>,
    not_before: Instant,
}

impl SealerJob {
    pub(crate) fn new(pool: PgPool, committed: Arc<Notify>, progress: Arc<Progress>) -> Self {
        Self {
            pool,
            committed,
            progress,
            not_before: Instant::now(),
        }
    }
}

#[async_trait]
impl Job for SealerJob {
    fn lease_name(&self) -> &str {
        SEALER_LEASE
    }

    async fn take_over(&mut self, _lease: &Lease) -> Result<(), DaemonError> {
        let sealed: i64 = sqlx::query_scalar("SELECT next_leaf FROM sealer")
            .fetch_one(&self.pool)
            .await?;
        self.progress.seal_reached(sealed);
        Ok(())
    }

    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        sleep_until(self.not_before).await;
        let Some(batch) = seal_batch(&self.pool, lease, BATCH).await? else {
            return Ok(Step::Idle);
        };
        self.not_before = Instant::now() + PAUSE;
        self.progress.sealed_here(&batch.leaves, batch.next_leaf);
        Ok(if batch.bounded {
            Step::More
        } else {
            Step::Idle
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            () = self.committed.notified() => {}
            () = sleep(POLL) => {}
        }
    }
}
