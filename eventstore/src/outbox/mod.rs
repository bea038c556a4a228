//! Messages and calls outward: each is attempted once, and what came of it is known or shown as
//! unknown. Nothing is sent twice by itself.

mod job;
mod lines;

pub(crate) use job::OutboxJob;
pub use lines::JsonLinesSender;

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
    },
    /// It certainly did not go out.
    Failed {
        detail: String,
    },
    /// It may have gone out: a person has to look.
    Unknown {
        detail: String,
    },
}

/// Brings messages to the outside.
#[async_trait]
pub trait Sender: Send + Sync + 'static {
    async fn send(&self, outgoing: &Outgoing) -> Delivery;
}

impl EventStore {
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
