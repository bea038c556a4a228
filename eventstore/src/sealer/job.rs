//! The sealer as a background job.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::daemon::job::{Job, Step};
use crate::daemon::metric::gauge;
use crate::daemon::progress::Progress;
use crate::daemon::{DaemonError, Lease};
use crate::sealer::{SEALER_LEASE, seal_batch};

/// Events sealed in one transaction, give or take the last commit.
const BATCH: i64 = 10_000;
/// Commits of other nodes do not wake this one.
const POLL: Duration = Duration::from_millis(200);
/// Under load several commits share a batch; a reader does not notice the wait.
const PAUSE: Duration = Duration::from_millis(5);
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// The oldest transaction that may still write an event and holds the sealer up until it ends.
const OLDEST_OPEN: &str = "
    SELECT coalesce(max((extract(epoch FROM clock_timestamp() - since) * 1000)::bigint), 0) FROM (
        SELECT xact_start AS since FROM pg_stat_activity WHERE backend_xid IS NOT NULL
        UNION ALL SELECT prepared FROM pg_prepared_xacts
    ) AS open";

/// Everything that waits for a person.
const WAITING: &str = "
    SELECT 'parked', name, count(parked.leaf_index)
      FROM projection LEFT JOIN parked ON parked.projection = name GROUP BY name
    UNION ALL SELECT 'due', 'failed', count(*) FROM due WHERE state = 'failed'
    UNION ALL SELECT 'outbox', state, count(outbox.id)
      FROM unnest(ARRAY['failed', 'unknown']) AS state LEFT JOIN outbox USING (state)
     GROUP BY state";

pub(crate) struct SealerJob {
    pool: PgPool,
    committed: Arc<Notify>,
    progress: Arc<Progress>,
    not_before: Instant,
    measured: Option<Instant>,
}

impl SealerJob {
    pub(crate) fn new(pool: PgPool, committed: Arc<Notify>, progress: Arc<Progress>) -> Self {
        Self {
            pool,
            committed,
            progress,
            not_before: Instant::now(),
            measured: None,
        }
    }

    async fn measure(&mut self) -> Result<(), DaemonError> {
        if self
            .measured
            .is_some_and(|measured| measured.elapsed() < MEASURE_EVERY)
        {
            return Ok(());
        }
        self.measured = Some(Instant::now());
        let oldest_ms: i64 = sqlx::query_scalar(OLDEST_OPEN)
            .fetch_one(&self.pool)
            .await?;
        gauge(
            "chaobiao_oldest_open_transaction_milliseconds",
            &[],
            oldest_ms,
        );
        let waiting: Vec<(String, String, i64)> =
            sqlx::query_as(WAITING).fetch_all(&self.pool).await?;
        for (list, item, count) in waiting {
            let labels = [("list", list.as_str()), ("item", item.as_str())];
            gauge("chaobiao_waiting_for_a_person", &labels, count);
        }
        Ok(())
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
        self.measure().await?;
        sleep_until(self.not_before).await;
        let Some(batch) = seal_batch(&self.pool, lease, BATCH).await? else {
            return Ok(Step::Idle);
        };
        self.not_before = Instant::now() + PAUSE;
        self.progress.sealed_here(&batch.leaves, batch.next_leaf);
        gauge("chaobiao_sealed_leaves", &[], batch.next_leaf);
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
