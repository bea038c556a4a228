use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::MessageId;

/// What had become of a message when somebody looked at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageOutcome {
    /// On its way, or it has gone out and nobody has said that it did not arrive.
    #[default]
    Fine,
    /// It certainly did not go out.
    Failed,
    /// It may have gone out.
    Unknown,
    /// It went out; whoever carries it says that it did not arrive.
    Undelivered,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFollowedUp {
    pub message_id: MessageId,
    pub outcome: MessageOutcome,
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessageEvent {
    /// 重发: the same goes out under a number of its own.
    Resent(MessageFollowedUp),
    /// 已处理: told in another way, or not worth it any more.
    Settled(MessageFollowedUp),
}

impl DomainEvent for MessageEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Resent(_) => "message.resent",
            Self::Settled(_) => "message.settled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
