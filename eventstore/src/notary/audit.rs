//! The check of the whole: events against hashes, hashes against signed heads.

use std::cell::RefCell;

use chaobiao_proof::{
    CheckpointError, Hash, SignedCheckpoint, TrustedKey, check_tree, claimed_size, follow,
    tree_hash,
};
use sqlx::PgPool;

use super::NotaryError;
use super::key::key_changes;
use super::leaves::read_leaves;
use super::tree::{Hashes, Source, consistency, unsigned};

/// What an audit of the log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Leaves whose events were hashed again.
    pub leaves: u64,
    /// Checkpoints whose signature and root were checked.
    pub checkpoints: u64,
    /// The first thing that is not as it was signed.
    pub finding: Option<Finding>,
}

/// What is wrong, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The event at this place is not the one that was hashed, or is gone.
    Altered { leaf_index: u64 },
    /// A stored hash is not what its leaves give.
    Hash { hash_index: u64 },
    /// A checkpoint is not of this log, or of another history of it.
    Checkpoint { tree_size: u64, reason: String },
}

const BATCH: i64 = 5_000;

/// Hashes every event again, in order, and compares with the stored tree and with every
/// checkpoint: those of the database and those that were published elsewhere.
pub async fn audit_log(
    pool: &PgPool,
    trusted: &[TrustedKey],
    published: &[String],
) -> Result<AuditReport, NotaryError> {
    let mut report = AuditReport::default();
    let size: i64 = sqlx::query_scalar("SELECT tree_size FROM notary")
        .fetch_one(pool)
        .await?;
    let size = unsigned(size)?;
    let changes = key_changes(pool).await?;
    let mut notes: Vec<String> =
        sqlx::query_scalar("SELECT note FROM checkpoint ORDER BY tree_size")
            .fetch_all(pool)
            .await?;
    notes.extend(published.iter().cloned());
    let mut trusted = trusted.to_vec();
    for note in &changes {
        match follow(&trusted, [note.as_str()]) {
            Ok(after) => trusted = after,
            Err(error) => {
                report.finding = Some(unsound(note, &error));
                return Ok(report);
            }
        }
    }
    let mut heads = Vec::with_capacity(notes.len());
    for note in &notes {
        match SignedCheckpoint::verify(note.as_bytes(), &trusted) {
            Ok(head) => heads.push(head),
            Err(error) => {
                report.finding = Some(unsound(note, &error));
                return Ok(report);
            }
        }
    }
    // A change is a head, too; one that nobody we trust has vouched for is none of ours.
    let vouched = changes
        .iter()
        .filter_map(|note| SignedCheckpoint::verify(note.as_bytes(), &trusted).ok());
    heads.extend(vouched.filter(|head| head.size > 0));
    heads.sort_by_key(|head| head.size);
    heads.dedup();

    report.finding = recompute(pool, size, &heads, &mut report).await?;
    if report.finding.is_none() {
        report.finding = between_heads(pool, &heads).await?;
    }
    Ok(report)
}

/// Rebuilds the tree from the events.
async fn recompute(
    pool: &PgPool,
    size: u64,
    heads: &[SignedCheckpoint],
    report: &mut AuditReport,
) -> Result<Option<Finding>, NotaryError> {
    let mut heads = heads.iter().peekable();
    // Only hashes on the right edge are asked for again; the others are dropped batch by batch.
    let mut hashes = Hashes::default();
    while report.leaves < size {
        let from = i64::try_from(report.leaves).unwrap_or(i64::MAX);
        let leaves = read_leaves(pool, from, BATCH).await?;
        let first = chaobiao_proof::stored_hash_index(0, report.leaves);
        let stored = stored_hashes(pool, first).await?;
        for expected in report.leaves..size.min(report.leaves + BATCH.unsigned_abs()) {
            let offset = usize::try_from(expected - from.unsigned_abs()).unwrap_or(usize::MAX);
            let placed = leaves.get(offset);
            let Some(placed) = placed.filter(|p| p.leaf_index.unsigned_abs() == expected) else {
                return Ok(Some(Finding::Altered {
                    leaf_index: expected,
                }));
            };
            let index = chaobiao_proof::stored_hash_index(0, expected);
            let hash = placed.leaf.hash();
            if stored.0.get(&index) != Some(&hash) {
                return Ok(Some(Finding::Altered {
                    leaf_index: expected,
                }));
            }
            let new = chaobiao_proof::stored_hashes_for_record_hash(expected, hash, &hashes)?;
            for (index, hash) in (index..).zip(new) {
                if stored.0.get(&index) != Some(&hash) {
                    return Ok(Some(Finding::Hash { hash_index: index }));
                }
                hashes.0.insert(index, hash);
            }
            report.leaves = expected + 1;
            while let Some(head) = heads.next_if(|head| head.size <= report.leaves) {
                if let Some(finding) = check_head(head, tree_hash(head.size, &hashes)?) {
                    return Ok(Some(finding));
                }
                report.checkpoints += 1;
            }
        }
        keep_edge(report.leaves, &mut hashes);
    }
    // A head of a longer log than this one: the end was cut off.
    Ok(heads.next().map(|head| Finding::Checkpoint {
        tree_size: head.size,
        reason: format!("the log ends at {size}"),
    }))
}

/// A note that is not what a trusted key has signed.
fn unsound(note: &str, error: &CheckpointError) -> Finding {
    Finding::Checkpoint {
        tree_size: claimed_size(note.as_bytes()).unwrap_or_default(),
        reason: error.to_string(),
    }
}

fn check_head(head: &SignedCheckpoint, root: Hash) -> Option<Finding> {
    (head.root != root).then(|| Finding::Checkpoint {
        tree_size: head.size,
        reason: "another history was signed".to_owned(),
    })
}

/// Each head must be a continuation of the one before, by proof.
async fn between_heads(
    pool: &PgPool,
    heads: &[SignedCheckpoint],
) -> Result<Option<Finding>, NotaryError> {
    for pair in heads.windows(2) {
        let [old, new] = pair else { continue };
        if old.size == new.size || old.size == 0 {
            continue;
        }
        let proof = consistency(pool, new.size, old.size).await?;
        if check_tree(&proof, new.size, new.root, old.size, old.root).is_err() {
            return Ok(Some(Finding::Checkpoint {
                tree_size: new.size,
                reason: format!("it does not continue the one of size {}", old.size),
            }));
        }
    }
    Ok(None)
}

/// Forgets hashes that no later leaf needs.
fn keep_edge(size: u64, hashes: &mut Hashes) {
    let source = Source::Wanted(RefCell::default());
    if tree_hash(size, &source).is_ok()
        && let Source::Wanted(edge) = source
    {
        let edge = edge.into_inner();
        hashes.0.retain(|index, _| edge.contains(index));
    }
}

async fn stored_hashes(pool: &PgPool, first: u64) -> Result<Hashes, NotaryError> {
    // A leaf stores fewer than two hashes on average.
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT hash_index, hash FROM tree_hash WHERE hash_index >= $1 AND hash_index < $1 + $2",
    )
    .bind(i64::try_from(first).unwrap_or(i64::MAX))
    .bind(2 * BATCH + 128)
    .fetch_all(pool)
    .await?;
    let mut hashes = Hashes::default();
    for (index, hash) in rows {
        if let Ok(hash) = hash.try_into() {
            hashes.0.insert(unsigned(index)?, Hash(hash));
        }
    }
    Ok(hashes)
}
