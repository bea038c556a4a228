//! Raw appends, so that a test holds the transaction in its own hands.

use std::time::Duration;

use chaobiao_eventstore::{Lease, SEALER_LEASE, SealedBatch, seal_batch};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub(crate) const LONG: Duration = Duration::from_mins(1);

/// Appends one event to a stream of the type `thing`.
pub(crate) async fn append(connection: &mut PgConnection, epoch: i32, id: &str, sequence: i64) {
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
             payload, metadata, epoch, event_id, command_id, recorded_at, salt)
         VALUES ('thing', $1, $2, 'thing.done', '1.0.0', '{}', '{}', $3, gen_random_uuid(),
             gen_random_uuid(), clock_timestamp(), decode(repeat('00', 16), 'hex'))",
    )
    .bind(id)
    .bind(sequence)
    .bind(epoch)
    .execute(connection)
    .await
    .unwrap();
}

pub(crate) async fn sealer_lease(pool: &PgPool) -> Lease {
    Lease::take(pool, SEALER_LEASE, Uuid::now_v7(), LONG)
        .await
        .unwrap()
        .unwrap()
}

/// Seals whatever is ready, batch after batch.
pub(crate) async fn seal_all(pool: &PgPool, lease: &Lease, limit: i64) -> Vec<SealedBatch> {
    let mut batches = Vec::new();
    while let Some(batch) = seal_batch(pool, lease, limit).await.unwrap() {
        batches.push(batch);
    }
    batches
}

/// Stream id and sequence of every sealed event, in order.
pub(crate) async fn sealed(pool: &PgPool) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT aggregate_id, sequence FROM log JOIN events USING (global_position)
         ORDER BY leaf_index",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// Checks everything that must hold of any log.
pub(crate) async fn assert_log_is_sound(pool: &PgPool) {
    let faults: Vec<(String, i64)> = sqlx::query_as(
        "WITH placed AS (
             SELECT log.*, aggregate_id, sequence, epoch, xid, recorded_at,
                    lag(commit_index) OVER by_leaf AS commit_before,
                    row_number() OVER by_leaf - 1 AS place,
                    lag(leaf_index) OVER (PARTITION BY aggregate_type, aggregate_id
                                          ORDER BY sequence) AS sibling_before,
                    max(recorded_at) OVER by_leaf AS running_maximum
             FROM log JOIN events USING (global_position)
             WINDOW by_leaf AS (ORDER BY leaf_index)
         )
         SELECT 'gap', leaf_index FROM placed WHERE leaf_index <> place
         UNION ALL SELECT 'stream order', leaf_index FROM placed WHERE sibling_before > leaf_index
         UNION ALL SELECT 'commit gap', leaf_index FROM placed
             WHERE commit_index - coalesce(commit_before, -1) NOT IN (0, 1)
                OR (commit_before IS NULL AND commit_index <> 0)
         UNION ALL SELECT 'known_at', leaf_index FROM placed WHERE known_at <> running_maximum
         UNION ALL SELECT 'commit torn', min(leaf_index) FROM placed
             GROUP BY epoch, xid HAVING count(DISTINCT commit_index) > 1
         UNION ALL SELECT 'commits mixed', min(leaf_index) FROM placed
             GROUP BY commit_index HAVING count(DISTINCT (epoch, xid)) > 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(faults, []);
}
