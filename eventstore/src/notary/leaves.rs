//! Events as the bytes their leaf hashes are taken over.

use chaobiao_proof::Leaf;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};
use uuid::Uuid;

use super::NotaryError;

/// A leaf with its place.
pub(super) struct PlacedLeaf {
    pub(super) leaf_index: i64,
    pub(super) leaf: Leaf,
}

const COLUMNS: &str = "l.leaf_index, e.aggregate_type, e.aggregate_id, e.sequence, e.event_id, \
    e.command_id, e.event_type, e.event_version, e.recorded_at, e.payload::text AS payload, \
    e.metadata::text AS metadata, e.salt";

impl FromRow<'_, PgRow> for PlacedLeaf {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let salt: Vec<u8> = row.try_get("salt")?;
        let salt = salt.try_into().map_err(|_| sqlx::Error::ColumnDecode {
            index: "salt".to_owned(),
            source: "a salt has 16 bytes".into(),
        })?;
        let leaf = Leaf {
            aggregate_type: row.try_get("aggregate_type")?,
            aggregate_id: row.try_get("aggregate_id")?,
            sequence: row.try_get("sequence")?,
            event_id: row.try_get("event_id")?,
            command_id: row.try_get("command_id")?,
            event_type: row.try_get("event_type")?,
            event_version: row.try_get("event_version")?,
            recorded_at: row.try_get("recorded_at")?,
            payload: row.try_get("payload")?,
            metadata: row.try_get("metadata")?,
            salt,
        };
        Ok(Self {
            leaf_index: row.try_get("leaf_index")?,
            leaf,
        })
    }
}

/// Up to `limit` leaves from `from` on, in order. A log entry whose event is gone ends the list.
pub(super) async fn read_leaves(
    executor: impl PgExecutor<'_>,
    from: i64,
    limit: i64,
) -> Result<Vec<PlacedLeaf>, NotaryError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM log l JOIN events e USING (global_position) \
         WHERE l.leaf_index >= $1 AND l.leaf_index < $1 + $2 ORDER BY l.leaf_index"
    );
    Ok(sqlx::query_as(&sql)
        .bind(from)
        .bind(limit)
        .fetch_all(executor)
        .await?)
}

pub(super) async fn read_leaf(
    executor: impl PgExecutor<'_>,
    event_id: Uuid,
) -> Result<PlacedLeaf, NotaryError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM log l JOIN events e USING (global_position) WHERE e.event_id = $1"
    );
    sqlx::query_as(&sql)
        .bind(event_id)
        .fetch_optional(executor)
        .await?
        .ok_or(NotaryError::UnknownEvent(event_id))
}
