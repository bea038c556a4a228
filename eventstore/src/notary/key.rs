//! The key that signs, and its change.

use std::fmt;
use std::sync::Arc;

use chaobiao_proof::{KeyChange, LogKey, SignedCheckpoint, TrustedKey};
use sqlx::{PgConnection, PgExecutor};

use super::publish::{publish_checkpoint, publish_key_change};
use super::tree::{newest_checkpoint, root, unsigned};
use super::{CheckpointSink, NotaryError};
use crate::EventStore;

/// Held while something is signed: no head may be signed by the old key once the new one is named.
const SIGNING_LOCK: i64 = 0x6362_7369_676e;

/// Gives the log's key of the moment, which may change while a notary works.
pub trait LogKeys: fmt::Debug + Send + Sync {
    fn present(&self) -> std::io::Result<LogKey>;
}

impl LogKeys for LogKey {
    fn present(&self) -> std::io::Result<LogKey> {
        Ok(self.clone())
    }
}

/// Waits until nobody else signs. The transaction has no number before its first write, so that
/// publishing in it holds no one up.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), NotaryError> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(SIGNING_LOCK)
        .execute(connection)
        .await?;
    Ok(())
}

/// Refuses a key that is not the one the log is signed with.
pub(super) async fn require_present(
    connection: &mut PgConnection,
    key: &LogKey,
) -> Result<(), NotaryError> {
    let next: Option<String> =
        sqlx::query_scalar("SELECT next_key FROM log_key_change ORDER BY change DESC LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
    let is_present = match next {
        Some(next) => next == key.public(),
        None => match newest_checkpoint(connection).await? {
            Some((_, note)) => {
                let trusted = [TrustedKey::parse(key.public())?];
                SignedCheckpoint::verify(note.as_bytes(), &trusted).is_ok()
            }
            None => true,
        },
    };
    if is_present {
        Ok(())
    } else {
        Err(NotaryError::OtherKey)
    }
}

/// The changes of the key so far, in order.
pub async fn key_changes(executor: impl PgExecutor<'_>) -> Result<Vec<String>, NotaryError> {
    let notes = sqlx::query_scalar("SELECT note FROM log_key_change ORDER BY change");
    Ok(notes.fetch_all(executor).await?)
}

/// Lets another key sign from the next checkpoint on; returns the size of the tree at the change.
/// The same change again changes nothing.
pub async fn change_key(
    store: &EventStore,
    old: &LogKey,
    next: &LogKey,
    sinks: &[Arc<dyn CheckpointSink>],
) -> Result<u64, NotaryError> {
    let mut transaction = store.pool().begin().await?;
    lock(&mut transaction).await?;
    let last: Option<(i32, i64, String)> = sqlx::query_as(
        "SELECT change, tree_size, next_key FROM log_key_change ORDER BY change DESC LIMIT 1",
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let change = match last {
        Some((_, tree_size, key)) if key == next.public() => return unsigned(tree_size),
        Some((change, ..)) => change + 1,
        None => 0,
    };
    require_present(&mut transaction, old).await?;
    let tree_size: i64 = sqlx::query_scalar("SELECT tree_size FROM notary")
        .fetch_one(&mut *transaction)
        .await?;
    let size = unsigned(tree_size)?;
    let (_, head) = root(&mut *transaction, size).await?;
    let note = text(KeyChange::sign(old, next, size, head)?)?;
    publish_key_change(sinks, size, &note).await?;
    if size > 0 {
        publish_checkpoint(sinks, size, &note).await?;
    }
    let now = store.clock().now();
    sqlx::query("INSERT INTO log_key_change VALUES ($1, $2, $3, $4, $5)")
        .bind(change)
        .bind(tree_size)
        .bind(&note)
        .bind(next.public())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    if size > 0 {
        keep_checkpoint(&mut transaction, size, &note, now).await?;
    }
    transaction.commit().await?;
    Ok(size)
}

/// Keeps a signed head in the database; the first of a size stays.
pub(super) async fn keep_checkpoint(
    connection: &mut PgConnection,
    size: u64,
    note: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), NotaryError> {
    sqlx::query(
        "INSERT INTO checkpoint (tree_size, note, signed_at) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING",
    )
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .bind(note)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) fn text(note: Vec<u8>) -> Result<String, NotaryError> {
    String::from_utf8(note).map_err(|_| NotaryError::Corrupt("a note that is not text".to_owned()))
}
