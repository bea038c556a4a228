//! Lives of the database cluster.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use tokio::time::sleep;

use crate::StoreError;

const LAST: &str = "SELECT epoch, system_identifier FROM store_epoch ORDER BY epoch DESC LIMIT 1";

/// An event of this epoch whose transaction id has not been given out yet came from elsewhere.
const FOREIGN: &str = "SELECT EXISTS (
        SELECT FROM events
        WHERE epoch = $1 AND xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot()))
    ) OR EXISTS (
        SELECT FROM sealer
        WHERE epoch = $1 AND xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot()))
    )";

/// SQLSTATE `insufficient_privilege`.
const FORBIDDEN: &str = "42501";

/// Stored when the cluster does not tell its identity to this role.
const UNKNOWN: i64 = 0;

/// The number of the cluster's present life, to be stored with every event.
///
/// Transaction ids order commits only within one life of a cluster: after dump and restore they
/// start low again. So a new epoch begins when the cluster's identity has changed, and also when
/// it holds events with ids it has not given out yet. The second rule alone keeps the order (new
/// ids are then above all stored ones), so it is enough where a managed database forbids
/// `pg_control_system()`.
///
/// A node that lives on through a restore would write under the old epoch, behind the sealer's mark;
/// none begins a new one while another renews its leases.
///
/// The end of `Restore` in `eventstore/model`. Must run before the first append of a process.
pub async fn current_epoch(pool: &PgPool) -> Result<i32, StoreError> {
    let identity = identity(pool).await?;
    let mut connection = pool.acquire().await?;
    if let Some(epoch) = present_or_still(&mut connection, identity).await? {
        return Ok(epoch);
    }
    drop(connection);
    let mut transaction = pool.begin().await?;
    // Two nodes that start together must agree on one new epoch.
    sqlx::query("LOCK TABLE store_epoch IN EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await?;
    if let Some(epoch) = present(&mut transaction, identity).await? {
        return Ok(epoch);
    }
    let epoch = sqlx::query_scalar(
        "INSERT INTO store_epoch (epoch, system_identifier)
         SELECT coalesce(max(epoch), 0) + 1, $1 FROM store_epoch RETURNING epoch",
    )
    .bind(identity.unwrap_or(UNKNOWN))
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    tracing::info!(epoch, "a new epoch of the store begins");
    Ok(epoch)
}

/// The epoch, if it is still that of this cluster. Otherwise waits for the end of leases that came
/// with the dump, and fails when somebody renews one.
async fn present_or_still(
    connection: &mut PgConnection,
    identity: Option<i64>,
) -> Result<Option<i32>, StoreError> {
    const LOOK_EVERY: Duration = Duration::from_millis(100);
    const HELD: &str = "SELECT max(held_until) FROM lease WHERE held_until > clock_timestamp()";
    let mut first: Option<DateTime<Utc>> = None;
    loop {
        // Read before the epoch: whoever holds a lease has seen to that first.
        let held: Option<DateTime<Utc>> =
            sqlx::query_scalar(HELD).fetch_one(&mut *connection).await?;
        let epoch = present(connection, identity).await?;
        let Some(held) = held.filter(|_| epoch.is_none()) else {
            return Ok(epoch);
        };
        if held > *first.get_or_insert(held) {
            return Err(StoreError::NodeOutlivedRestore);
        }
        sleep(LOOK_EVERY).await;
    }
}

/// The last epoch, if it is still that of this cluster.
async fn present(
    connection: &mut PgConnection,
    identity: Option<i64>,
) -> Result<Option<i32>, sqlx::Error> {
    let last: Option<(i32, i64)> = sqlx::query_as(LAST)
        .fetch_optional(&mut *connection)
        .await?;
    let Some((epoch, stored)) = last else {
        return Ok(None);
    };
    if identity.is_some_and(|identity| stored != UNKNOWN && identity != stored) {
        return Ok(None);
    }
    let foreign: bool = sqlx::query_scalar(FOREIGN)
        .bind(epoch)
        .fetch_one(connection)
        .await?;
    Ok((!foreign).then_some(epoch))
}

async fn identity(pool: &PgPool) -> Result<Option<i64>, sqlx::Error> {
    let answer = sqlx::query_scalar("SELECT system_identifier FROM pg_control_system()")
        .fetch_one(pool)
        .await;
    match answer {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(FORBIDDEN) => Ok(None),
        other => other.map(Some),
    }
}
