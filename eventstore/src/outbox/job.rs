use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgPool};
use tokio::time::sleep;
use uuid::Uuid;

use crate::daemon::job::{Job, Step};
use crate::daemon::{DaemonError, Lease};
use crate::outbox::{Delivery, Outgoing, Sender};
use crate::{EventStore, StoreError, owner_of_message};

const LEASE: &str = "outbox";
const BATCH: i64 = 50;
const POLL: Duration = Duration::from_millis(200);
/// Before the second attempt; each later pause is twice as long.
const PAUSE: TimeDelta = TimeDelta::seconds(5);
/// Doublings of the pause: it ends at more than five minutes.
const DOUBLINGS_MAX: i32 = 6;

pub(crate) struct OutboxJob {
    store: EventStore,
    sender: Arc<dyn Sender>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: Uuid,
    channel: String,
    message: Value,
    created_at: DateTime<Utc>,
    attempts: i32,
}

impl OutboxJob {
    pub(crate) fn new(store: EventStore, sender: Arc<dyn Sender>) -> Self {
        Self { store, sender }
    }

    /// Notes the attempt before it is made: after a kill in between nobody makes it again. `false`
    /// when the message is not queued any more.
    async fn begin_attempt(&self, lease: &Lease, id: Uuid) -> Result<bool, DaemonError> {
        let mut transaction = self.store.pool().begin().await?;
        lease.confirm(&mut transaction).await?;
        let begun = sqlx::query(
            "UPDATE outbox SET state = 'sending', attempted_at = $2
             WHERE id = $1 AND state = 'queued'",
        )
        .bind(id)
        .bind(self.store.clock().now())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(begun.rows_affected() == 1)
    }

    async fn send(&self, lease: &Lease, row: Row) -> Result<(), DaemonError> {
        let mut message = row.message;
        self.store
            .cipher()
            .open(vec![(owner_of_message(row.id), &mut message)])
            .await?;
        if !self.begin_attempt(lease, row.id).await? {
            return Ok(());
        }
        let outgoing = Outgoing {
            id: row.id,
            channel: row.channel,
            message,
            created_at: row.created_at,
        };
        let (sender, pool) = (Arc::clone(&self.sender), self.store.pool().clone());
        let clock = Arc::clone(self.store.clock());
        // In a task of its own: losing the lease must not cut the attempt off from its result.
        let attempt = tokio::spawn(async move {
            let delivery = sender.send(&outgoing).await;
            let retry_at = clock.now() + PAUSE * (1 << row.attempts.clamp(0, DOUBLINGS_MAX));
            record(&pool, outgoing.id, &delivery, retry_at).await
        });
        match lease
            .keep_during(self.store.pool(), Box::pin(attempt))
            .await?
        {
            Ok(recorded) => Ok(recorded?),
            Err(panic) => Err(DaemonError::Refused(format!("a sender gave up: {panic}"))),
        }
    }
}

/// Writes down what came of an attempt, even if another node has declared it unknown meanwhile.
async fn record(
    pool: &PgPool,
    id: Uuid,
    delivery: &Delivery,
    retry_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let (state, detail) = match delivery {
        Delivery::Sent { detail, .. } => ("sent", detail.as_deref()),
        Delivery::Failed { detail } => ("failed", Some(detail.as_str())),
        Delivery::Later { detail } => ("queued", Some(detail.as_str())),
        Delivery::Dropped { detail } => ("dropped", Some(detail.as_str())),
        Delivery::Unknown { detail } => ("unknown", Some(detail.as_str())),
    };
    let provider_number = match delivery {
        Delivery::Sent {
            provider_number, ..
        } => provider_number.as_deref(),
        _ => None,
    };
    metrics::counter!("chaobiao_outbox_total", "state" => state).increment(1);
    // Emptied while it was on its way: there is nothing left that could be tried again.
    sqlx::query(
        "UPDATE outbox SET attempts = attempts + 1, detail = $3, not_before = $4,
                provider_number = $5,
                state = CASE WHEN $2::text = 'queued' AND message @> '{\"erased\": true}'
                             THEN 'dropped' ELSE $2::text END
         WHERE id = $1 AND state IN ('sending', 'unknown')",
    )
    .bind(id)
    .bind(state)
    .bind(detail)
    .bind(matches!(delivery, Delivery::Later { .. }).then_some(retry_at))
    .bind(provider_number)
    .execute(pool)
    .await
    .map(drop)
}

#[async_trait]
impl Job for OutboxJob {
    fn lease_name(&self) -> &str {
        LEASE
    }

    /// Whoever had the lease before has left attempts without a result.
    async fn take_over(&mut self, lease: &Lease) -> Result<(), DaemonError> {
        let mut transaction = self.store.pool().begin().await?;
        lease.confirm(&mut transaction).await?;
        let left = sqlx::query(
            "UPDATE outbox SET state = 'unknown',
                    detail = 'the sender stopped before it knew the result'
             WHERE state = 'sending'",
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if left.rows_affected() > 0 {
            tracing::error!(
                messages = left.rows_affected(),
                "nobody knows whether they were sent"
            );
        }
        Ok(())
    }

    async fn step(&mut self, lease: &Lease) -> Result<Step, DaemonError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, channel, message, created_at, attempts FROM outbox
             WHERE state = 'queued' AND (not_before IS NULL OR not_before <= $2)
             ORDER BY created_at, id LIMIT $1",
        )
        .bind(BATCH)
        .bind(self.store.clock().now())
        .fetch_all(self.store.pool())
        .await?;
        if rows.is_empty() {
            return Ok(Step::Idle);
        }
        for row in rows {
            let id = row.id;
            match self.send(lease, row).await {
                Err(DaemonError::Store(fault @ StoreError::Cipher(_))) => {
                    tracing::error!(message = %id, %fault, "a message cannot be read");
                    self.give_up(lease, id, &fault).await?;
                }
                other => other?,
            }
        }
        Ok(Step::More)
    }

    async fn wait(&mut self) {
        sleep(POLL).await;
    }
}

impl OutboxJob {
    /// A message that cannot be decrypted would hold all later ones up.
    async fn give_up(
        &self,
        lease: &Lease,
        id: Uuid,
        fault: &StoreError,
    ) -> Result<(), DaemonError> {
        let mut transaction = self.store.pool().begin().await?;
        lease.confirm(&mut transaction).await?;
        sqlx::query("UPDATE outbox SET state = 'failed', detail = $2 WHERE id = $1")
            .bind(id)
            .bind(fault.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
