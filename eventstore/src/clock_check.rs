//! Whether this machine and the database agree on the time: commands dated ahead of the
//! database are refused.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::clock::Clock;
use crate::error::StoreError;

/// How far a command's clock may be ahead of the database.
pub const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// How far the clock is ahead of the database's; negative when it is behind. Exact to the time
/// the question takes.
pub async fn clock_lead(pool: &PgPool, clock: &dyn Clock) -> Result<TimeDelta, StoreError> {
    let asked = clock.now();
    let database: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()")
        .fetch_one(pool)
        .await?;
    let answered = clock.now();
    Ok(asked + (answered - asked) / 2 - database)
}
