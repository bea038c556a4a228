//! What follows from an event: durable consumers that react with commands, due items and messages.

mod consumer;
mod effect;

use async_trait::async_trait;
use chaobiao_decision::ErasedProcess;
use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

use crate::{RecordedEvent, StoreError};

pub(crate) use consumer::{PolicyConsumer, policy_checkpoint};
pub(crate) use effect::Effect;

/// Decides what follows from an event. `react` is pure: the same event always gives the same
/// reactions.
///
/// A policy survives a kill between event and reaction: ids of commands, due items and messages
/// are derived from (policy, event, label), so repeating a reaction changes nothing.
#[async_trait]
pub trait Policy: Send + Sync + 'static {
    /// Stable; its checkpoint is `policy:<name>`.
    fn name(&self) -> &'static str;

    fn aggregate_types(&self) -> &'static [&'static str];

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError>;

    /// The reactions to an event where they depend on whom it concerns at that moment, which only
    /// read models know. Labels must name whom a reaction is for, so that a repetition that finds
    /// others does nothing twice; [`PolicyError::NotYet`] waits for a read model that is behind.
    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        self.react(event)
    }

    /// Gives up what is kept of a person outside the store, before their key is destroyed. It is
    /// repeated until it succeeds, and may be again after a kill.
    async fn forget(&self, _subject: &str, _event: &RecordedEvent) -> Result<(), PolicyError> {
        Ok(())
    }
}

/// One thing that follows. Labels tell the reactions to one event apart.
pub enum Reaction {
    /// Run a command now. A refusal of it is an answer, not a fault.
    Run {
        process: Box<dyn ErasedProcess>,
        label: String,
    },
    /// Run a command at a time.
    Due {
        at: DateTime<Utc>,
        process: Box<dyn ErasedProcess>,
        subject: String,
        label: String,
    },
    /// Forget the waiting commands about a subject.
    Withdraw { subject: String },
    /// Destroy a person's key, after [`Policy::forget`] has given up the rest.
    Forget { subject: String },
    /// Send a message.
    Send(OutboxMessage),
    /// Send a message to one of several who are found by [`Policy::gather`].
    Tell {
        message: OutboxMessage,
        label: String,
    },
}

/// A message or call outward. Personal fields of `message` are encrypted at rest.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxMessage {
    pub channel: String,
    pub message: Value,
}

/// Why a policy could not react to an event; the event is parked.
#[derive(Debug, Error)]
pub enum PolicyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Invalid(String),
    /// Nothing is wrong with the event: try again later.
    #[error("{0}")]
    NotYet(String),
}
