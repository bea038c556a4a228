use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

/// How a read model, or a policy (`policy:<name>`), is doing.
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
    pub parked: i64,
    pub updated_at: DateTime<Utc>,
}

/// All consumers that have ever run on this database.
pub async fn consumers(pool: &PgPool) -> Result<Vec<ConsumerStatus>, sqlx::Error> {
    sqlx::query_as(
        "SELECT name, version, state, projection.next_leaf,
                greatest(sealer.next_leaf - projection.next_leaf, 0) AS lag,
                (SELECT count(*) FROM parked WHERE parked.projection = name) AS parked,
                updated_at
         FROM projection, sealer ORDER BY name",
    )
    .fetch_all(pool)
    .await
}
