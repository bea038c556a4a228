//! Proof files for outsiders.

use chaobiao_proof::{ConsistencyFile, ProofFile, claimed_size, prove_record};
use sqlx::PgPool;
use uuid::Uuid;

use super::NotaryError;
use super::key::key_changes;
use super::leaves::read_leaf;
use super::tree::{consistency, load_for, newest_checkpoint, unsigned};

/// The newest signed head: its size and the note.
pub async fn latest_checkpoint(pool: &PgPool) -> Result<Option<(u64, String)>, NotaryError> {
    newest_checkpoint(pool).await
}

/// An event as the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedLeaf {
    pub leaf_index: u64,
    /// Whoever knows it has seen the event or a paper made of it: its salt cannot be guessed.
    pub hash: [u8; 32],
}

/// An event's place and hash in the log, covered by a signed head or not yet.
pub async fn logged_leaf(pool: &PgPool, event_id: Uuid) -> Result<LoggedLeaf, NotaryError> {
    let placed = read_leaf(pool, event_id).await?;
    Ok(LoggedLeaf {
        leaf_index: unsigned(placed.leaf_index)?,
        hash: placed.leaf.hash().0,
    })
}

/// A proof file for one event, against the newest checkpoint.
pub async fn prove_event(pool: &PgPool, event_id: Uuid) -> Result<ProofFile, NotaryError> {
    let (_, note) = newest_checkpoint(pool)
        .await?
        .ok_or(NotaryError::NotYetCovered)?;
    prove_event_by(pool, event_id, &note).await
}

/// A proof file for one event, against a checkpoint of ours that may have got signatures of
/// witnesses since.
pub async fn prove_event_by(
    pool: &PgPool,
    event_id: Uuid,
    note: &str,
) -> Result<ProofFile, NotaryError> {
    let placed = read_leaf(pool, event_id).await?;
    let index = unsigned(placed.leaf_index)?;
    let size = claimed_size(note.as_bytes())?;
    if index >= size {
        return Err(NotaryError::NotYetCovered);
    }
    let (_, path) = load_for(pool, |source| prove_record(size, index, source)).await?;
    let changes = key_changes(pool).await?;
    Ok(ProofFile::new(
        index,
        &placed.leaf,
        &path,
        note.as_bytes(),
        changes,
    ))
}

/// A proof that the head of `newer` entries continues the one of `older`; both were signed.
pub async fn prove_consistency(
    pool: &PgPool,
    older: u64,
    newer: u64,
) -> Result<ConsistencyFile, NotaryError> {
    if older > newer {
        return Err(NotaryError::NoCheckpoint(newer));
    }
    let old_note = signed_at(pool, older).await?;
    let new_note = signed_at(pool, newer).await?;
    let path = if older == newer || older == 0 {
        Vec::new()
    } else {
        consistency(pool, newer, older).await?
    };
    let changes = key_changes(pool).await?;
    Ok(ConsistencyFile::new(old_note, new_note, &path, changes))
}

async fn signed_at(pool: &PgPool, size: u64) -> Result<String, NotaryError> {
    sqlx::query_scalar("SELECT note FROM checkpoint WHERE tree_size = $1")
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .fetch_optional(pool)
        .await?
        .ok_or(NotaryError::NoCheckpoint(size))
}
