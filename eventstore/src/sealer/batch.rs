//! One batch of the sealer: whole commits, numbered in one statement.

use sqlx::PgPool;

use crate::daemon::{DaemonError, Lease};
use crate::sealer::SEALED_CHANNEL;

/// Up to `$3` events whose transactions are over, and the last commit among them. Epochs before
/// the present one have no running transactions.
const READY: &str = "
    SELECT epoch, xid::text, ready FROM (
        SELECT epoch, xid, count(*) OVER () AS ready FROM (
            SELECT epoch, xid FROM events
            WHERE (epoch, xid) > ($1, $2::text::xid8)
              AND (epoch < (SELECT max(epoch) FROM store_epoch)
                   OR xid < (SELECT pg_snapshot_xmin(pg_current_snapshot())))
            ORDER BY epoch, xid LIMIT $3
        ) AS bounded
    ) AS counted ORDER BY epoch DESC, xid DESC LIMIT 1";

/// The last commit after `$3, $4` that wrote the event before one of the batch's events.
///
/// The look-ups are kept apart from the batch (`OFFSET 0`): by the planner's own guess of how many
/// rows a range of commits has, it may walk all of history for each event.
const PREDECESSOR: &str = "
    WITH batch AS MATERIALIZED (
        SELECT aggregate_type, aggregate_id, sequence FROM events
        WHERE (epoch, xid) > ($1, $2::text::xid8) AND (epoch, xid) <= ($3, $4::text::xid8)
          AND sequence > 1
    )
    SELECT before.epoch, before.xid::text
    FROM batch AS event CROSS JOIN LATERAL (
        SELECT epoch, xid FROM events AS before
        WHERE before.aggregate_type = event.aggregate_type
          AND before.aggregate_id = event.aggregate_id AND before.sequence = event.sequence - 1
        OFFSET 0
    ) AS before
    WHERE (before.epoch, before.xid) > ($3, $4::text::xid8)
    ORDER BY before.epoch DESC, before.xid DESC LIMIT 1";

/// Commits are ordered by their last position, not by `xid`: a transaction may get its id, wait
/// for another one to extend a stream and extend the same stream after it. Its last position is
/// then the higher one, although its id is the lower one.
const SEAL: &str = "
    WITH mark AS MATERIALIZED (
        SELECT next_leaf, next_commit, known_at FROM sealer
        WHERE (epoch, xid) = ($1, $2::text::xid8)
    ), batch AS (
        SELECT epoch, global_position, recorded_at,
               max(global_position) OVER (PARTITION BY epoch, xid) AS commit_end
        FROM events
        WHERE (epoch, xid) > ($1, $2::text::xid8) AND (epoch, xid) <= ($3, $4::text::xid8)
    ), numbered AS (
        SELECT global_position,
               row_number() OVER in_order - 1 AS leaf,
               dense_rank() OVER (ORDER BY epoch, commit_end) - 1 AS commit,
               max(recorded_at) OVER in_order AS known_at
        FROM batch WINDOW in_order AS (ORDER BY epoch, commit_end, global_position)
    ), sealed AS (
        INSERT INTO log (leaf_index, global_position, commit_index, known_at)
        SELECT mark.next_leaf + numbered.leaf, numbered.global_position,
               mark.next_commit + numbered.commit, greatest(mark.known_at, numbered.known_at)
        FROM numbered, mark ORDER BY numbered.leaf
        RETURNING leaf_index, global_position, commit_index, known_at
    ), advanced AS (
        UPDATE sealer SET epoch = $3, xid = $4::text::xid8,
            next_leaf = next_leaf + (SELECT count(*) FROM sealed),
            next_commit = (SELECT max(commit_index) + 1 FROM sealed),
            known_at = (SELECT max(known_at) FROM sealed)
        WHERE (epoch, xid) = ($1, $2::text::xid8)
    )
    SELECT global_position, leaf_index FROM sealed ORDER BY leaf_index";

/// What one call of [`seal_batch`] has put into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBatch {
    /// The log now ends before this leaf.
    pub next_leaf: i64,
    /// `(global_position, leaf_index)` of every event, in order.
    pub leaves: Vec<(i64, i64)>,
    /// The batch was bounded: there is probably more.
    pub bounded: bool,
}

/// A commit of one epoch. Transaction ids travel as text: the driver has no type for `xid8`.
type Commit = (i32, String);

/// Seals up to about `limit` events, never half a commit. `None` when nothing is ready.
pub async fn seal_batch(
    pool: &PgPool,
    lease: &Lease,
    limit: i64,
) -> Result<Option<SealedBatch>, DaemonError> {
    let mark: Commit = sqlx::query_as("SELECT epoch, xid::text FROM sealer")
        .fetch_one(pool)
        .await?;
    let ready: Option<(i32, String, i64)> = sqlx::query_as(READY)
        .bind(mark.0)
        .bind(&mark.1)
        .bind(limit)
        .fetch_optional(pool)
        .await?;
    let Some((epoch, xid, count)) = ready else {
        return Ok(None);
    };
    let bounded = count >= limit;
    let mut end = (epoch, xid);
    if bounded {
        end = close(pool, &mark, end).await?;
    }
    let leaves = write(pool, lease, &mark, &end).await?;
    // Nothing written means that another sealer was faster: this one will find its lease lost.
    let Some(&(_, last)) = leaves.last() else {
        return Ok(None);
    };
    Ok(Some(SealedBatch {
        next_leaf: last + 1,
        leaves,
        bounded,
    }))
}

/// Moves the end of a bounded batch until no event in it follows one that is left out.
async fn close(pool: &PgPool, mark: &Commit, mut end: Commit) -> Result<Commit, DaemonError> {
    loop {
        let before: Option<Commit> = sqlx::query_as(PREDECESSOR)
            .bind(mark.0)
            .bind(&mark.1)
            .bind(end.0)
            .bind(&end.1)
            .fetch_optional(pool)
            .await?;
        match before {
            Some(later) => end = later,
            None => return Ok(end),
        }
    }
}

async fn write(
    pool: &PgPool,
    lease: &Lease,
    mark: &Commit,
    end: &Commit,
) -> Result<Vec<(i64, i64)>, DaemonError> {
    let mut transaction = pool.begin().await?;
    lease.confirm(&mut transaction).await?;
    let leaves: Vec<(i64, i64)> = sqlx::query_as(SEAL)
        .bind(mark.0)
        .bind(&mark.1)
        .bind(end.0)
        .bind(&end.1)
        .fetch_all(&mut *transaction)
        .await?;
    if let Some(&(_, last)) = leaves.last() {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(SEALED_CHANNEL)
            .bind((last + 1).to_string())
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(leaves)
}
