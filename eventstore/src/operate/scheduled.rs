//! Read models compared with their replay again and again, one after the other, at low priority.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::EventStore;
use crate::daemon::job::{Job, Step};
use crate::daemon::{DaemonError, Lease, Projector};
use crate::error::chain;
use crate::operate::Verification;
use crate::operate::verify::{Pace, verify_at};

const LEASE: &str = "verification";
const POLL: Duration = Duration::from_secs(30);

/// When read models are compared with their replay: at `offset` after midnight UTC of the first
/// day of 1970, and again after every `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationSchedule {
    pub every: TimeDelta,
    pub offset: TimeDelta,
}

impl VerificationSchedule {
    /// The last time at or before `now` at which a round was to begin.
    fn last_turn(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let every = self.every.num_seconds().max(1);
        let offset = self.offset.num_seconds();
        let turn = (now.timestamp() - offset).div_euclid(every) * every + offset;
        DateTime::from_timestamp(turn, 0).unwrap_or(now)
    }
}

pub(crate) struct VerificationJob {
    pub(crate) store: EventStore,
    pub(crate) projectors: Vec<Arc<dyn Projector>>,
    pub(crate) schedule: VerificationSchedule,
    /// A comparison may take long: it is broken off when the node stops.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl VerificationJob {
    /// The read model that has waited longest since its turn came.
    async fn next(&self) -> Result<Option<Arc<dyn Projector>>, sqlx::Error> {
        let names: Vec<&str> = self.projectors.iter().map(|p| p.name()).collect();
        let name: Option<String> = sqlx::query_scalar(
            "SELECT projection FROM verification
             WHERE projection = ANY($1) AND greatest(since, verified_at) < $2
             ORDER BY greatest(since, verified_at), projection LIMIT 1",
        )
        .bind(names)
        .bind(self.schedule.last_turn(self.store.clock().now()))
        .fetch_optional(self.store.pool())
        .await?;
        let name = name.as_deref();
        Ok(self
            .projectors
            .iter()
            .find(|projector| Some(projector.name()) == name)
            .cloned())
    }

    async fn record(
        &self,
        lease: &Lease,
        verification: &Verification,
        took: Duration,
    ) -> Result<(), DaemonError> {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut transaction = self.store.pool().begin().await?;
        lease.confirm(&mut transaction).await?;
        sqlx::query(
            "UPDATE verification SET verified_at = $2, next_leaf = $3, differences = $4,
                 milliseconds = $5 WHERE projection = $1",
        )
        .bind(&verification.name)
        .bind(self.store.clock().now())
        .bind(verification.next_leaf)
        .bind(count(verification.differences()))
        .bind(i64::try_from(took.as_millis()).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// It waits for its next turn: another program's rows, or somebody else compares them now.
    async fn put_off(&self, name: &str) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE verification SET since = $2 WHERE projection = $1")
            .bind(name)
            .bind(self.store.clock().now())
            .execute(self.store.pool())
            .await
            .map(drop)
    }
}

/// Keys of rows may be personal and stay out of the log; `projection verify` shows them.
fn report(verification: &Verification) {
    let projection = &verification.name;
    if verification.is_equal() {
        let next_leaf = verification.next_leaf;
        tracing::info!(projection, next_leaf, "the read model equals its replay");
    }
    for table in &verification.tables {
        if table.differences > 0 {
            let (table, differences) = (&table.table, table.differences);
            tracing::error!(
                projection,
                table,
                differences,
                "the read model differs from its replay"
            );
        }
    }
}

#[async_trait]
impl Job for VerificationJob {
    fn lease_name(&self) -> &str {
        LEASE
    }

    /// A new read model waits for its first turn like the others.
    async fn take_over(&mut self, _lease: &Lease) -> Result<(), DaemonError> {
        let names: Vec<&str> = self.projectors.iter().map(|p| p.name()).collect();
        sqlx::query(
            "INSERT INTO verification (projection, since) SELECT unnest($1::text[]), $2
             ON CONFLICT (projection) DO NOTHING",
        )
        .bind(names)
        .bind(self.store.clock().now())
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let Some(projector) = self.next().await? else {
            return Ok(Step::Idle);
        };
        let started = Instant::now();
        let mut stopping = self.stopping.clone();
        let work = verify_at(&self.store, &*projector, Pace::Gentle).boxed();
        let verified = tokio::select! {
            verified = lease.keep_during(self.store.pool(), work) => verified?,
            _ = stopping.wait_for(|stopping| *stopping) => return Ok(Step::Idle),
        };
        match verified {
            Ok(verification) => {
                report(&verification);
                self.record(lease, &verification, started.elapsed()).await?;
            }
            Err(DaemonError::Refused(reason)) => {
                tracing::error!(projection = projector.name(), reason, "not verified");
                self.put_off(projector.name()).await?;
            }
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a comparison broke off");
                return Err(error);
            }
        }
        Ok(Step::More)
    }

    async fn wait(&mut self) {
        sleep(POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_every_night_at_two_in_shanghai() {
        let schedule = VerificationSchedule {
            every: TimeDelta::days(1),
            offset: TimeDelta::hours(2 - 8),
        };
        let turn = |now: &str| {
            let turn = schedule.last_turn(now.parse().unwrap());
            turn.format("%F %R").to_string()
        };
        assert_eq!(turn("2026-11-27T17:59:59Z"), "2026-11-26 18:00");
        assert_eq!(turn("2026-11-27T18:00:00Z"), "2026-11-27 18:00");
    }
}
