//! Events looked up by what they say.

use chaobiao_decision::StreamId;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::NotaryError;

/// Names one event of a stream by some of its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct EventAt {
    pub stream: StreamId,
    /// Of these types; the first of which there is one counts.
    pub event_types: &'static [&'static str],
    /// What its payload contains.
    pub having: Value,
}

/// The newest such event that has its place in the log.
pub async fn find_event(pool: &PgPool, at: &EventAt) -> Result<Option<Uuid>, NotaryError> {
    let id = sqlx::query_scalar(
        "SELECT e.event_id FROM events e JOIN log l USING (global_position) \
         WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND e.event_type = ANY($3) \
           AND e.payload @> $4 \
         ORDER BY array_position($3::text[], e.event_type), e.sequence DESC LIMIT 1",
    )
    .bind(&at.stream.aggregate_type)
    .bind(&at.stream.aggregate_id)
    .bind(at.event_types)
    .bind(&at.having)
    .fetch_optional(pool)
    .await?;
    Ok(id)
}
