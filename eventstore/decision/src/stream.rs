//! Names of streams and claims, and the events that move between store and workspace.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Payload, Rejection};

/// One aggregate's history, named by its type and natural key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId {
    pub aggregate_type: String,
    pub aggregate_id: String,
}

impl StreamId {
    pub fn new(aggregate_type: impl Into<String>, aggregate_id: impl Into<String>) -> Self {
        Self {
            aggregate_type: aggregate_type.into(),
            aggregate_id: aggregate_id.into(),
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.aggregate_type, self.aggregate_id)
    }
}

/// A key that at most one stream may hold at a time, such as a phone number or a hardware number.
///
/// The store keeps only a keyed hash of `key`, since some keys are personal data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey {
    pub kind: &'static str,
    pub key: String,
}

impl ClaimKey {
    pub fn new(kind: &'static str, key: impl Into<String>) -> Self {
        Self {
            kind,
            key: key.into(),
        }
    }
}

/// A change to the claims, committed with the events of its command.
#[derive(Clone, Debug, PartialEq)]
pub enum StagedClaim {
    /// Take the key for a stream's id; when somebody else holds it at commit, `taken` is the answer.
    Take {
        key: ClaimKey,
        holder: String,
        taken: Rejection,
    },
    /// Give the key up.
    Release { key: ClaimKey },
}

/// An event as the store returned it, decrypted.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: Payload,
}

/// An event that has been decided and waits for its commit.
#[derive(Clone, Debug, PartialEq)]
pub struct StagedEvent {
    pub stream: StreamId,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: Value,
}
