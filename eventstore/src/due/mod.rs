//! Commands that run at a time.

mod job;

pub(crate) use job::DueJob;

use sqlx::PgPool;
use uuid::Uuid;

/// What binds sealed personal fields to their item.
pub(crate) fn owner(id: Uuid) -> String {
    format!("due/{id}")
}

/// Lets the items whose command could not be run wait again; returns how many.
pub async fn retry_failed_due(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let again =
        sqlx::query("UPDATE due SET state = 'waiting', outcome = NULL WHERE state = 'failed'")
            .execute(pool)
            .await?;
    Ok(again.rows_affected())
}
