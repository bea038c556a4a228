//! One batch of the sealer: whole commits, numbered in one statement.
//!
//! `eventstore/model` explores its two steps exhaustively: `ReadReady` is everything up to [`close`],
//! `Seal` is [`write`].

use sqlx::PgPool;

use crate::daemon::{DaemonError, Lease};
use crate::sealer::SEALED_CHANNEL;

/// Up to `$3` events whose transactions are over, and the last commit among them; the first commit
/// that must wait, and whether one waits there. Epochs before the present one have no running
/// transactions.
///
/// Whether one waits is asked of the last commit alone: asked with `EXISTS`, the planner expects to
/// meet one at once and reads all of history when there is none.
const READY: &str = "
    WITH bound AS MATERIALIZED (
        SELECT (SELECT max(epoch) FROM store_epoch) AS epoch,
               pg_snapshot_xmin(pg_current_snapshot()) AS xid
    )
    SELECT counted.epoch, counted.xid::text, ready, bound.epoch, bound.xid::text,
           (SELECT (last.epoch, last.xid) >= (bound.epoch, bound.xid)
            FROM events AS last ORDER BY last.epoch DESC, last.xid DESC LIMIT 1)
    FROM (
        SELECT epoch, xid, count(*) OVER () AS ready FROM (
            SELECT epoch, xid FROM events
            WHERE (epoch, xid) > ($1, $2::text::xid8)
              AND (epoch, xid) < (SELECT epoch, xid FROM bound)
            ORDER BY epoch, xid LIMIT $3
        ) AS bounded
    ) AS counted, bound ORDER BY counted.epoch DESC, counted.xid DESC LIMIT 1";

/// Of the events before a batch's events, those after its end `$3, $4`: the first commit of the
/// batch that follows one at or beyond the bound `$5, $6`, and the last one below the bound.
///
/// The look-ups are kept apart from the batch (`OFFSET 0`): by the planner's own guess of how many
/// rows a range of commits has, it may walk all of history for each event.
const PREDECESSORS: &str = "
    WITH batch AS MATERIALIZED (
        SELECT aggregate_type, aggregate_id, sequence, epoch, xid FROM events
        WHERE (epoch, xid) > ($1, $2::text::xid8) AND (epoch, xid) <= ($3, $4::text::xid8)
          AND sequence > 1
    ), missing AS MATERIALIZED (
        SELECT event.epoch AS after_epoch, event.xid AS after_xid, before.epoch, before.xid,
               (before.epoch, before.xid) < ($5, $6::text::xid8) AS ready
        FROM batch AS event CROSS JOIN LATERAL (
            SELECT epoch, xid FROM events AS before
            WHERE before.aggregate_type = event.aggregate_type
              AND before.aggregate_id = event.aggregate_id AND before.sequence = event.sequence - 1
            OFFSET 0
        ) AS before
        WHERE (before.epoch, before.xid) > ($3, $4::text::xid8)
    )
    (SELECT false AS ready, after_epoch, after_xid::text FROM missing WHERE NOT ready
     ORDER BY after_epoch, after_xid LIMIT 1)
    UNION ALL
    (SELECT true, epoch, xid::text FROM missing WHERE ready ORDER BY epoch DESC, xid DESC LIMIT 1)";

/// The last commit of a batch that ends before `$3, $4`.
const LAST_BEFORE: &str = "
    SELECT epoch, xid::text FROM events
    WHERE (epoch, xid) > ($1, $2::text::xid8) AND (epoch, xid) < ($3, $4::text::xid8)
    ORDER BY epoch DESC, xid DESC LIMIT 1";

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

/// A batch that may be sealed, so far.
struct Ready {
    end: Commit,
    /// The first commit that must wait.
    bound: Commit,
}

/// Seals up to about `limit` events, never half a commit. `None` when nothing is ready.
pub async fn seal_batch(
    pool: &PgPool,
    lease: &Lease,
    limit: i64,
) -> Result<Option<SealedBatch>, DaemonError> {
    let mark: Commit = sqlx::query_as("SELECT epoch, xid::text FROM sealer")
        .fetch_one(pool)
        .await?;
    let ready: Option<(i32, String, i64, i32, String, bool)> = sqlx::query_as(READY)
        .bind(mark.0)
        .bind(&mark.1)
        .bind(limit)
        .fetch_optional(pool)
        .await?;
    let Some((epoch, xid, count, bound_epoch, bound_xid, waiting)) = ready else {
        return Ok(None);
    };
    let bounded = count >= limit;
    let mut ready = Some(Ready {
        end: (epoch, xid),
        bound: (bound_epoch, bound_xid),
    });
    // Otherwise the batch is all there is, and no event of it can follow one that is left out.
    if bounded || waiting {
        ready = close(pool, &mark, ready).await?;
    }
    let Some(Ready { end, .. }) = ready else {
        return Ok(None);
    };
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

/// The end of the model's `ReadReady`: moves the end of a batch until no event in it follows one
/// that is left out. It is stretched to the commits its events follow; where one of those must
/// wait, the batch ends before the event that follows it. `None` when nothing is left.
async fn close(
    pool: &PgPool,
    mark: &Commit,
    mut ready: Option<Ready>,
) -> Result<Option<Ready>, DaemonError> {
    while let Some(Ready { end, bound }) = &ready {
        let missing: Vec<(bool, i32, String)> = sqlx::query_as(PREDECESSORS)
            .bind(mark.0)
            .bind(&mark.1)
            .bind(end.0)
            .bind(&end.1)
            .bind(bound.0)
            .bind(&bound.1)
            .fetch_all(pool)
            .await?;
        let of = |kind: bool| missing.iter().find(|(ready, ..)| *ready == kind);
        ready = match (of(false), of(true)) {
            (Some((_, epoch, xid)), _) => {
                // Each cut lowers the bound, and nothing is stretched beyond it again.
                let bound = (*epoch, xid.clone());
                let end: Option<Commit> = sqlx::query_as(LAST_BEFORE)
                    .bind(mark.0)
                    .bind(&mark.1)
                    .bind(bound.0)
                    .bind(&bound.1)
                    .fetch_optional(pool)
                    .await?;
                end.map(|end| Ready { end, bound })
            }
            (None, Some((_, epoch, xid))) => Some(Ready {
                end: (*epoch, xid.clone()),
                bound: bound.clone(),
            }),
            (None, None) => return Ok(ready),
        };
    }
    Ok(None)
}

/// The model's `Seal`: fence, comparison with the mark that was read, numbers and new mark together.
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
