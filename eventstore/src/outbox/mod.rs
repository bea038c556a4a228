//! Messages and calls outward: what came of an attempt is known or shown as unknown. Only what
//! certainly did not go out is attempted again; nothing is sent twice by itself.

mod job;
mod lines;
mod report;

pub(crate) use job::OutboxJob;
pub use lines::JsonLinesSender;
pub use report::DeliveryReport;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::policy::OutboxMessage;
use crate::{EventStore, StoreError, owner_of_message};

/// A message on its way out, decrypted.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Goes along as the attempt's id, so that the other side can tell a repetition.
    pub id: Uuid,
    pub channel: String,
    pub message: Value,
    pub created_at: DateTime<Utc>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    Sent {
        detail: Option<String>,
        /// Who carries it, and its number there: what reports about it name.
        provider_number: Option<String>,
    },
    /// It certainly did not go out, and will not.
    Failed { detail: String },
    /// It certainly did not go out, as the channel is down: again in a while.
    Later { detail: String },
    /// It did not go out and is not worth sending any more; nobody need look.
    Dropped { detail: String },
    /// It may have gone out: a person has to look.
    Unknown { detail: String },
}

impl Delivery {
    /// Gone out, with nothing more to say about it.
    pub fn sent() -> Self {
        Self::Sent {
            detail: None,
            provider_number: None,
        }
    }
}

/// Brings messages to the outside.
#[async_trait]
pub trait Sender: Send + Sync + 'static {
    async fn send(&self, outgoing: &Outgoing) -> Delivery;
}

impl EventStore {
    /// Whether messages of a channel wait because it is down.
    pub async fn is_held_up(&self, channel: &str) -> Result<bool, StoreError> {
        let held_up = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM outbox
                            WHERE state = 'queued' AND channel = $1 AND attempts > 0)",
        );
        Ok(held_up.bind(channel).fetch_one(self.pool()).await?)
    }

    /// Queues a message that no event asks for, such as a one-time code. The same id again changes
    /// nothing.
    pub async fn enqueue(&self, id: Uuid, mut outgoing: OutboxMessage) -> Result<(), StoreError> {
        self.cipher()
            .seal(vec![(owner_of_message(id), &mut outgoing.message)])
            .await?;
        sqlx::query(
            "INSERT INTO outbox (id, channel, message, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(outgoing.channel)
        .bind(outgoing.message)
        .bind(self.clock().now())
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
