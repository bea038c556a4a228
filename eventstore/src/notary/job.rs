//! The notary: follows the sealer, extends the tree, signs heads.

use std::sync::Arc;
use std::time::Duration;

use chaobiao_proof::stored_hashes_for_record_hash;
use sqlx::PgPool;
use tokio::time::Instant;

use super::key::{self, LogKeys};
use super::leaves::read_leaves;
use super::publish::publish_checkpoint;
use super::tree::{newest_checkpoint, root, unsigned};
use super::{CheckpointSink, NotaryError};
use crate::{Clock, EventStore};

/// Leaves hashed in one transaction.
const BATCH: i64 = 2_000;

/// How a notary works.
#[derive(Clone, Debug)]
pub struct NotaryOptions {
    pub keys: Arc<dyn LogKeys>,
    /// At most one checkpoint in this time; a quiet log gets none.
    pub interval: Duration,
    pub sinks: Vec<Arc<dyn CheckpointSink>>,
}

/// Extends the tree and signs its heads. One notary at a time: it runs under a lease.
#[derive(Debug)]
pub struct Notary {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    options: NotaryOptions,
    signed_at: Option<Instant>,
}

impl Notary {
    pub fn new(store: &EventStore, options: NotaryOptions) -> Self {
        Self {
            pool: store.pool().clone(),
            clock: Arc::clone(store.clock()),
            options,
            signed_at: None,
        }
    }

    /// Hashes up to one batch of new leaves; true when there were any.
    ///
    /// The row of `notary` is locked meanwhile: two notaries never hash the same leaf.
    pub async fn extend(&self) -> Result<bool, NotaryError> {
        let mut transaction = self.pool.begin().await?;
        let size: i64 = sqlx::query_scalar("SELECT tree_size FROM notary FOR UPDATE")
            .fetch_one(&mut *transaction)
            .await?;
        let leaves = read_leaves(&mut *transaction, size, BATCH).await?;
        let Some(last) = leaves.last() else {
            return Ok(false);
        };
        let next = last.leaf_index + 1;
        if next - size != i64::try_from(leaves.len()).unwrap_or(i64::MAX) {
            return Err(NotaryError::Corrupt(format!(
                "the log has a gap after leaf {size}"
            )));
        }
        let (mut hashes, _) = root(&mut *transaction, unsigned(size)?).await?;
        let (mut indexes, mut values) = (Vec::new(), Vec::new());
        for placed in &leaves {
            let leaf = unsigned(placed.leaf_index)?;
            let first = chaobiao_proof::stored_hash_index(0, leaf);
            let new = stored_hashes_for_record_hash(leaf, placed.leaf.hash(), &hashes)?;
            for (index, hash) in (first..).zip(new) {
                hashes.0.insert(index, hash);
                indexes.push(i64::try_from(index).unwrap_or(i64::MAX));
                values.push(hash.0.to_vec());
            }
        }
        sqlx::query("INSERT INTO tree_hash SELECT * FROM unnest($1::bigint[], $2::bytea[])")
            .bind(indexes)
            .bind(values)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE notary SET tree_size = $1")
            .bind(next)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Signs the tree as it is, unless it is signed already; returns the signed size.
    pub async fn sign(&mut self) -> Result<u64, NotaryError> {
        let mut transaction = self.pool.begin().await?;
        key::lock(&mut transaction).await?;
        let size: i64 = sqlx::query_scalar("SELECT tree_size FROM notary")
            .fetch_one(&mut *transaction)
            .await?;
        let size = unsigned(size)?;
        let signed = newest_checkpoint(&mut *transaction)
            .await?
            .map(|(size, _)| size);
        self.signed_at = Some(Instant::now());
        if size == 0 || signed == Some(size) {
            return Ok(size);
        }
        let present = self.options.keys.present()?;
        key::require_present(&mut transaction, &present).await?;
        let (_, head) = root(&mut *transaction, size).await?;
        let note = key::text(present.sign(size, head)?)?;
        // Published first: a head that is in the database is known outside it.
        publish_checkpoint(&self.options.sinks, size, &note).await?;
        key::keep_checkpoint(&mut transaction, size, &note, self.clock.now()).await?;
        transaction.commit().await?;
        Ok(size)
    }

    /// One round: hash what is new, sign when it is time. True when there may be more to hash.
    pub async fn step(&mut self) -> Result<bool, NotaryError> {
        let more = self.extend().await?;
        let due = self
            .signed_at
            .is_none_or(|at| at.elapsed() >= self.options.interval);
        if !more && due {
            self.sign().await?;
        }
        Ok(more)
    }
}
