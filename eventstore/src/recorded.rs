//! Events as consumers see them.

use chaobiao_decision::{Actor, Payload, StreamId};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
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
    pub payload: Payload,
    pub metadata: EventMetadata,
    /// The command's clock.
    pub recorded_at: DateTime<Utc>,
    /// When the log first knew it: the running maximum of `recorded_at` over the order.
    pub known_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// The columns [`RecordedEvent::from_row`] expects, in this order, over `log l JOIN events e`.
    pub const COLUMNS: &'static str = "l.leaf_index, l.commit_index, l.known_at, \
         e.aggregate_type, e.aggregate_id, e.sequence, e.event_id, e.event_type, \
         e.event_version, e.payload, e.metadata, e.recorded_at";

    /// The event as the domain's type.
    pub fn decode<E: DomainEvent>(&self) -> Result<E, StoreError> {
        let read = self.payload.read(&self.event_type, &self.event_version);
        read.map_err(|error| {
            StoreError::Corrupt(format!("{}#{}: {error}", self.stream, self.sequence))
        })
    }
}

/// By place, since every event of a replay passes here; the columns are those of
/// [`RecordedEvent::COLUMNS`].
impl FromRow<'_, PgRow> for RecordedEvent {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let metadata: Json<EventMetadata> = row.try_get(10)?;
        Ok(Self {
            leaf_index: row.try_get(0)?,
            commit_index: row.try_get(1)?,
            known_at: row.try_get(2)?,
            stream: StreamId {
                aggregate_type: row.try_get(3)?,
                aggregate_id: row.try_get(4)?,
            },
            sequence: row.try_get(5)?,
            event_id: row.try_get(6)?,
            event_type: row.try_get(7)?,
            event_version: row.try_get(8)?,
            payload: stored_payload(row, 9)?,
            metadata: metadata.0,
            recorded_at: row.try_get(11)?,
        })
    }
}

/// A `jsonb` column, unparsed.
pub(crate) fn stored_payload(row: &PgRow, column: usize) -> Result<Payload, sqlx::Error> {
    let raw: Json<Box<RawValue>> = row.try_get(column)?;
    Ok(Payload::from_text(raw.0.into()))
}
