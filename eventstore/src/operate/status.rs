use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

/// How a read model, its standby rows (`standby:<name>`) or a policy (`policy:<name>`) is doing.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct ConsumerStatus {
    pub name: String,
    pub version: i32,
    /// `running` or `rebuilding`.
    pub state: String,
    /// Everything before this leaf has been taken.
    pub next_leaf: i64,
    /// Sealed events it has not looked at yet.
    pub lag: i64,
    /// Seconds since the first of them was written.
    pub lag_s: i64,
    pub parked: i64,
    /// Standby rows that were live before, kept for undo.
    pub was_live: bool,
    pub updated_at: DateTime<Utc>,
}

/// All consumers that have ever run on this database.
pub async fn consumers(pool: &PgPool) -> Result<Vec<ConsumerStatus>, sqlx::Error> {
    sqlx::query_as(
        "SELECT name, version, state, projection.next_leaf,
                greatest(sealer.next_leaf - projection.next_leaf, 0) AS lag,
                coalesce((SELECT extract(epoch FROM clock_timestamp() - inserted_at)
                          FROM log JOIN events USING (global_position)
                          WHERE leaf_index = projection.next_leaf), 0)::bigint AS lag_s,
                (SELECT count(*) FROM parked WHERE parked.projection = name) AS parked,
                was_live, updated_at
         FROM projection, sealer ORDER BY name",
    )
    .fetch_all(pool)
    .await
}
