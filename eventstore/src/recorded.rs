//! Events as consumers see them.

use chaobiao_decision::{Actor, StreamId, read_event};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::StoreError;

/// Who caused an event. Every value is a string, as the stock metadata map wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventMetadata {
    pub actor: Actor,
    /// Name of the process that decided it.
    pub process: String,
    pub command_id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Claims taken and given up with this commit, as JSON, on the first event of a command; from
    /// them the claim table can be built again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

/// An event with its place in the one order.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    pub leaf_index: i64,
    pub commit_index: i64,
    pub stream: StreamId,
    pub sequence: i64,
    pub event_id: Uuid,
    pub event_type: String,
    pub event_version: String,
    /// As stored until [`crate::EventStore::open_events`] has decrypted its personal fields and
    /// brought type, version and payload up to their present form.
    pub payload: Value,
    pub metadata: EventMetadata,
    /// The command's clock.
    pub recorded_at: DateTime<Utc>,
    /// When the log first knew it: the running maximum of `recorded_at` over the order.
    pub known_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// The columns [`RecordedEvent::from_row`] expects, over `log l JOIN events e`.
    pub const COLUMNS: &'static str = "l.leaf_index, l.commit_index, l.known_at, \
         e.aggregate_type, e.aggregate_id, e.sequence, e.event_id, e.event_type, \
         e.event_version, e.payload, e.metadata, e.recorded_at";

    /// The event as the domain's type.
    pub fn decode<E: DomainEvent>(&self) -> Result<E, StoreError> {
        read_event(&self.event_type, &self.event_version, &self.payload).map_err(|error| {
            StoreError::Corrupt(format!("{}#{}: {error}", self.stream, self.sequence))
        })
    }
}

impl FromRow<'_, PgRow> for RecordedEvent {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let metadata: Value = row.try_get("metadata")?;
        let metadata =
            serde_json::from_value(metadata).map_err(|error| sqlx::Error::ColumnDecode {
                index: "metadata".to_owned(),
                source: Box::new(error),
            })?;
        Ok(Self {
            leaf_index: row.try_get("leaf_index")?,
            commit_index: row.try_get("commit_index")?,
            stream: StreamId {
                aggregate_type: row.try_get("aggregate_type")?,
                aggregate_id: row.try_get("aggregate_id")?,
            },
            sequence: row.try_get("sequence")?,
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            event_version: row.try_get("event_version")?,
            payload: row.try_get("payload")?,
            metadata,
            recorded_at: row.try_get("recorded_at")?,
            known_at: row.try_get("known_at")?,
        })
    }
}
