//! How far a consumer has come, as it is stored.

use std::collections::HashSet;

use chaobiao_decision::StreamId;
use sqlx::postgres::types::PgInterval;
use sqlx::{PgConnection, PgPool};

use crate::RecordedEvent;
use crate::daemon::consumer::Consumer;
use crate::daemon::{DaemonError, Lease};
use crate::standby::quoted;

const ADVANCE: &str = "
    WITH held AS (
        UPDATE lease SET held_until = clock_timestamp() + $4
        WHERE name = $1 AND owner = $2 AND fence = $3 RETURNING name
    )
    UPDATE projection SET next_leaf = $6, updated_at = now(),
        state = CASE WHEN $6 + 1000 > (SELECT next_leaf FROM sealer) THEN 'running' ELSE state END
    FROM held WHERE projection.name = $5 AND next_leaf = $7";

/// Where a consumer goes on under a new lease; a new one begins at the first event.
///
/// Rows of another version are left alone: those of this one are built beside them.
pub(crate) async fn open(
    pool: &PgPool,
    lease: &Lease,
    consumer: &dyn Consumer,
) -> Result<i64, DaemonError> {
    let mut transaction = pool.begin().await?;
    lease.confirm(&mut transaction).await?;
    let stored: Option<(i32, i64)> =
        sqlx::query_as("SELECT version, next_leaf FROM projection WHERE name = $1 FOR UPDATE")
            .bind(consumer.checkpoint())
            .fetch_optional(&mut *transaction)
            .await?;
    let position = match stored {
        Some((version, next_leaf)) if version == consumer.version() => next_leaf,
        None if consumer.begins_by_itself() => {
            begin(&mut transaction, consumer).await?;
            0
        }
        other => {
            return Err(DaemonError::OtherVersion {
                name: consumer.checkpoint().to_owned(),
                stored: other.map(|(version, _)| version),
                own: consumer.version(),
            });
        }
    };
    transaction.commit().await?;
    Ok(position)
}

/// Gives a consumer its checkpoint, at the first event. Its tables are emptied: a migration that
/// makes them anew deletes the checkpoint.
async fn begin(connection: &mut PgConnection, consumer: &dyn Consumer) -> Result<(), DaemonError> {
    sqlx::query(
        "INSERT INTO projection (name, version, state)
         SELECT $1, $2, CASE WHEN next_leaf = 0 THEN 'running' ELSE 'rebuilding' END FROM sealer",
    )
    .bind(consumer.checkpoint())
    .bind(consumer.version())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM parked WHERE projection = $1")
        .bind(consumer.checkpoint())
        .execute(&mut *connection)
        .await?;
    let tables: Vec<String> = consumer.tables().iter().map(|t| quoted(t)).collect();
    if any_row(connection, &tables).await? {
        let truncate = format!("TRUNCATE {}", tables.join(", "));
        sqlx::query(&truncate).execute(connection).await?;
    }
    Ok(())
}

/// Asked first, since emptying what is empty makes all files of a table and its indexes anew:
/// over all read models that is most of the first start of a server.
async fn any_row(connection: &mut PgConnection, tables: &[String]) -> Result<bool, sqlx::Error> {
    if tables.is_empty() {
        return Ok(false);
    }
    let each: Vec<String> = tables
        .iter()
        .map(|t| format!("EXISTS (SELECT FROM {t})"))
        .collect();
    let any = format!("SELECT {}", each.join(" OR "));
    sqlx::query_scalar(&any).fetch_one(connection).await
}

/// Locks the checkpoint until the end of the transaction. `false` when it is not `expected` any
/// more: both sides of a read model have been exchanged.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    consumer: &dyn Consumer,
    expected: i64,
) -> Result<bool, sqlx::Error> {
    let stored: Option<i64> = sqlx::query_scalar(
        "SELECT next_leaf FROM projection WHERE name = $1 AND version = $2 FOR UPDATE",
    )
    .bind(consumer.checkpoint())
    .bind(consumer.version())
    .fetch_optional(connection)
    .await?;
    Ok(stored == Some(expected))
}

/// Moves the checkpoint, if the lease is still held.
pub(crate) async fn advance(
    connection: &mut PgConnection,
    lease: &Lease,
    consumer: &dyn Consumer,
    from: i64,
    to: i64,
) -> Result<(), DaemonError> {
    let microseconds = i64::try_from(lease.duration.as_micros()).unwrap_or(i64::MAX);
    let moved = sqlx::query(ADVANCE)
        .bind(&lease.name)
        .bind(lease.owner)
        .bind(lease.fence)
        .bind(PgInterval {
            months: 0,
            days: 0,
            microseconds,
        })
        .bind(consumer.checkpoint())
        .bind(to)
        .bind(from)
        .execute(connection)
        .await?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(DaemonError::LeaseLost {
            name: lease.name.clone(),
        })
    }
}

/// Streams of which an event is parked: their later events must wait, too.
pub(crate) async fn blocked(
    connection: &mut PgConnection,
    checkpoint: &str,
) -> Result<HashSet<StreamId>, sqlx::Error> {
    let streams: Vec<(String, String)> = sqlx::query_as(
        "SELECT DISTINCT aggregate_type, aggregate_id FROM parked WHERE projection = $1",
    )
    .bind(checkpoint)
    .fetch_all(connection)
    .await?;
    Ok(streams
        .into_iter()
        .map(|(kind, id)| StreamId::new(kind, id))
        .collect())
}

/// Puts events aside, with the reason.
pub(crate) async fn park(
    connection: &mut PgConnection,
    checkpoint: &str,
    events: &[RecordedEvent],
    error: &str,
) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    let leaves: Vec<i64> = events.iter().map(|event| event.leaf_index).collect();
    let kinds: Vec<&str> = events
        .iter()
        .map(|e| e.stream.aggregate_type.as_str())
        .collect();
    let ids: Vec<&str> = events
        .iter()
        .map(|e| e.stream.aggregate_id.as_str())
        .collect();
    sqlx::query(
        "INSERT INTO parked (projection, leaf_index, aggregate_type, aggregate_id, error)
         SELECT $1, leaf_index, aggregate_type, aggregate_id, $2
         FROM unnest($3::bigint[], $4::text[], $5::text[])
              AS p (leaf_index, aggregate_type, aggregate_id)",
    )
    .bind(checkpoint)
    .bind(error)
    .bind(leaves)
    .bind(kinds)
    .bind(ids)
    .execute(connection)
    .await
    .map(drop)
}
