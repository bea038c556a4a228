use sqlx::{PgPool, Postgres, Transaction};

use super::hashing::place;
use super::{Ring, WRAPPING_LOCK, Wrapped};
use crate::{EventStore, MasterKey, StoreError};

/// Keys of people wrapped anew in one transaction.
const BATCH: i64 = 500;

/// What a change of the master key has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MasterKeyChange {
    /// Keys of people wrapped by the next master key now; those an earlier, interrupted run wrapped
    /// are not among them.
    pub wrapped: u64,
}

/// Wraps everything by the next master key. Whoever reads the store's master keys must be able to
/// read the present and the next one by now, and in that order.
///
/// May be cut off anywhere and begun again. Afterwards nothing in the database needs the present one.
pub async fn change_master_key(
    store: &EventStore,
    next: &MasterKey,
) -> Result<MasterKeyChange, StoreError> {
    let pool = store.pool();
    // Whoever asked for the newest key before there was a next one has committed by then.
    let mut barrier = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(WRAPPING_LOCK)
        .execute(&mut *barrier)
        .await?;
    barrier.commit().await?;

    let mut change = MasterKeyChange { wrapped: 0 };
    while let Some(wrapped) = wrap_some(pool, store, next).await? {
        change.wrapped += wrapped;
    }
    wrap_hashing_keys(pool, store, next).await?;
    Ok(change)
}

/// `None` when there is none left.
async fn wrap_some(
    pool: &PgPool,
    store: &EventStore,
    next: &MasterKey,
) -> Result<Option<u64>, StoreError> {
    let rows: Vec<(String, Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
        "SELECT subject, wrapped_key, wrapped_by FROM subject_key
         WHERE wrapped_key IS NOT NULL AND wrapped_by IS DISTINCT FROM $1
         ORDER BY subject LIMIT $2",
    )
    .bind(next.id())
    .bind(BATCH)
    .fetch_all(pool)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let ring: &Ring = store.cipher().ring();
    let mut anew = Vec::with_capacity(rows.len());
    for (subject, key, by) in &rows {
        let wrapped = Wrapped {
            key: key.clone(),
            by: by.clone(),
        };
        let key = ring.unwrap(&wrapped, subject)?;
        anew.push(next.wrap(&*store.entropy, &key, subject)?);
    }
    // A key that was destroyed meanwhile stays destroyed.
    let written = sqlx::query(
        "UPDATE subject_key SET wrapped_key = anew.key, wrapped_by = $4
           FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS anew(subject, before, key)
          WHERE subject_key.subject = anew.subject AND wrapped_key = anew.before",
    )
    .bind(rows.iter().map(|row| row.0.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.1.as_slice()).collect::<Vec<_>>())
    .bind(&anew)
    .bind(next.id())
    .execute(pool)
    .await?;
    Ok(Some(written.rows_affected()))
}

/// All or none: a store opened meanwhile derives them, or finds every one.
async fn wrap_hashing_keys(
    pool: &PgPool,
    store: &EventStore,
    next: &MasterKey,
) -> Result<(), StoreError> {
    let mut transaction: Transaction<'_, Postgres> = pool.begin().await?;
    for (purpose, key) in store.hashing_keys().iter() {
        let wrapped = next.wrap(&*store.entropy, key, &place(purpose))?;
        sqlx::query(
            "INSERT INTO hashing_key (purpose, wrapped_key, wrapped_by) VALUES ($1, $2, $3)
             ON CONFLICT (purpose) DO UPDATE
                SET wrapped_key = excluded.wrapped_key, wrapped_by = excluded.wrapped_by",
        )
        .bind(purpose)
        .bind(wrapped)
        .bind(next.id())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
