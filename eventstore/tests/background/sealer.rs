use std::time::Duration;

use chaobiao_eventstore::{
    DaemonError, Lease, SEALER_LEASE, StoreError, current_epoch, seal_batch,
};
use chaobiao_testing::TestDatabase;
use sqlx::{Connection, PgPool};
use uuid::Uuid;

use crate::support::{LONG, append, assert_log_is_sound, seal_all, sealed, sealer_lease};

async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

/// Other test databases share the cluster and its transaction ids, and may hold the sealer up.
async fn seal_until(pool: &PgPool, lease: &Lease, leaves: i64) {
    for _ in 0..1_000 {
        seal_all(pool, lease, 100).await;
        if count(pool, "SELECT next_leaf FROM sealer").await >= leaves {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the events were not sealed in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_appends_and_rollbacks_leave_no_gap() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    let mut writers = Vec::new();
    for writer in 0..6 {
        let pool = pool.clone();
        writers.push(tokio::spawn(async move {
            for commit in 0..40_i64 {
                let mut transaction = pool.begin().await.unwrap();
                for event in 0..=(commit + writer) % 3 {
                    append(
                        &mut transaction,
                        epoch,
                        &format!("{writer}-{commit}"),
                        event + 1,
                    )
                    .await;
                }
                match (commit + writer) % 5 {
                    0 => transaction.rollback().await.unwrap(),
                    _ => transaction.commit().await.unwrap(),
                }
            }
        }));
    }
    while writers.iter().any(|writer| !writer.is_finished()) {
        seal_batch(&pool, &lease, 7).await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let events = count(&pool, "SELECT count(*) FROM events").await;
    seal_until(&pool, &lease, events).await;
    assert_eq!(count(&pool, "SELECT count(*) FROM log").await, events);
    assert_log_is_sound(&pool).await;
}

#[tokio::test]
async fn nothing_is_sealed_past_a_stalled_transaction() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    let mut stalled = pool.begin().await.unwrap();
    append(&mut stalled, epoch, "slow", 1).await;
    append(&mut pool.acquire().await.unwrap(), epoch, "fast", 1).await;

    assert_eq!(seal_all(&pool, &lease, 100).await, []);
    stalled.commit().await.unwrap();
    seal_until(&pool, &lease, 2).await;
    let mut order = sealed(&pool).await;
    order.sort();
    assert_eq!(order, [("fast".to_owned(), 1), ("slow".to_owned(), 1)]);
    assert_log_is_sound(&pool).await;
}

#[tokio::test]
async fn a_commit_larger_than_the_batch_stays_whole() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    for commit in 0..3 {
        let mut transaction = pool.begin().await.unwrap();
        for event in 1..=5 {
            append(&mut transaction, epoch, &commit.to_string(), event).await;
        }
        transaction.commit().await.unwrap();
    }
    let mut ends = Vec::new();
    for _ in 0..1_000 {
        ends.extend(
            seal_all(&pool, &lease, 2)
                .await
                .into_iter()
                .map(|batch| batch.next_leaf),
        );
        if ends.len() >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ends, [5, 10, 15]);
    assert_log_is_sound(&pool).await;
    assert_eq!(count(&pool, "SELECT next_commit FROM sealer").await, 3);
}

/// The first transaction has the lower id, but extends the stream after the second one.
#[tokio::test]
async fn an_event_never_comes_before_its_predecessor() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    let mut first = pool.begin().await.unwrap();
    append(&mut first, epoch, "other", 1).await;
    append(&mut pool.acquire().await.unwrap(), epoch, "shared", 1).await;
    append(&mut first, epoch, "shared", 2).await;
    first.commit().await.unwrap();

    // A limit of one cuts between the two commits, and must not.
    for _ in 0..1_000 {
        if seal_batch(&pool, &lease, 1).await.unwrap().is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let order: Vec<String> = sealed(&pool)
        .await
        .iter()
        .map(|(id, sequence)| format!("{id}{sequence}"))
        .collect();
    assert_eq!(order, ["shared1", "other1", "shared2"]);
    assert_log_is_sound(&pool).await;
}

/// A third transaction runs between the two: what follows the one beyond it has to wait with it.
/// Sealed at once, the event came before its predecessor; and with a batch stretched to that
/// predecessor, the running transaction was passed and skipped.
#[tokio::test]
async fn a_batch_is_never_stretched_past_a_running_transaction() {
    for limit in [1, 100] {
        let database = TestDatabase::create().await;
        let pool = database.pool();
        let epoch = current_epoch(&pool).await.unwrap();
        let lease = sealer_lease(&pool).await;
        let mut first = pool.begin().await.unwrap();
        append(&mut first, epoch, "first", 1).await;
        let mut running = pool.begin().await.unwrap();
        append(&mut running, epoch, "running", 1).await;
        append(&mut pool.acquire().await.unwrap(), epoch, "shared", 1).await;
        append(&mut first, epoch, "shared", 2).await;
        first.commit().await.unwrap();

        // Below the running transaction there is only the first one, and it follows a later one.
        until_the_first_is_ready(&pool).await;
        assert_eq!(seal_all(&pool, &lease, limit).await, []);
        running.commit().await.unwrap();
        seal_until(&pool, &lease, 4).await;
        let order = sealed(&pool).await;
        let place = |id: &str, sequence| order.iter().position(|e| *e == (id.to_owned(), sequence));
        assert!(place("shared", 1) < place("shared", 2), "{order:?}");
        assert!(place("running", 1).is_some());
        assert_log_is_sound(&pool).await;
    }
}

/// Waits until no transaction of another test is older than the first one of this test.
async fn until_the_first_is_ready(pool: &PgPool) {
    let ready = "SELECT count(*) FROM events WHERE xid < pg_snapshot_xmin(pg_current_snapshot())";
    for _ in 0..1_000 {
        // The first transaction's two events, and nothing that runs before them.
        if count(pool, ready).await == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("transactions of other tests stay open");
}

#[tokio::test]
async fn one_lease_has_one_holder_and_a_fenced_out_sealer_cannot_write() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let brief = Duration::from_millis(50);
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    let old = Lease::take(&pool, SEALER_LEASE, one, LONG)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        Lease::take(&pool, SEALER_LEASE, two, LONG).await.unwrap(),
        None
    );
    append(&mut pool.acquire().await.unwrap(), epoch, "a", 1).await;
    seal_until(&pool, &old, 1).await;

    // The holder stops renewing: its lease runs out and somebody else takes it.
    let dying = Lease {
        duration: brief,
        ..old
    };
    dying
        .confirm(&mut pool.acquire().await.unwrap())
        .await
        .unwrap();
    tokio::time::sleep(brief * 2).await;
    let new = Lease::take(&pool, SEALER_LEASE, two, LONG)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(new.fence, dying.fence + 1);

    append(&mut pool.acquire().await.unwrap(), epoch, "b", 1).await;
    let refused = loop {
        match seal_batch(&pool, &dying, 100).await {
            Ok(None) => tokio::time::sleep(Duration::from_millis(10)).await,
            other => break other,
        }
    };
    assert!(matches!(refused, Err(DaemonError::LeaseLost { .. })));
    assert_eq!(count(&pool, "SELECT count(*) FROM log").await, 1);
    seal_until(&pool, &new, 2).await;
    assert_log_is_sound(&pool).await;
}

/// A takeover waits for a transaction that has confirmed the lease, and then sees what it wrote.
#[tokio::test]
async fn a_lease_cannot_be_taken_from_under_a_running_transaction() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let brief = Duration::from_millis(20);
    let old = Lease::take(&pool, "job", Uuid::now_v7(), brief)
        .await
        .unwrap()
        .unwrap();
    // The transaction renews with a duration that is over at once.
    let mut transaction = pool.begin().await.unwrap();
    old.confirm(&mut transaction).await.unwrap();
    tokio::time::sleep(brief * 3).await;
    let taking = tokio::spawn({
        let pool = pool.clone();
        async move {
            Lease::take(&pool, "job", Uuid::now_v7(), LONG)
                .await
                .unwrap()
        }
    });
    tokio::time::sleep(brief * 3).await;
    assert!(!taking.is_finished());
    transaction.commit().await.unwrap();
    assert_eq!(taking.await.unwrap().unwrap().fence, old.fence + 1);
}

/// What a kill in the middle of a batch leaves behind: nothing, or all of it.
#[tokio::test]
async fn a_sealer_killed_before_its_commit_leaves_nothing_behind() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    for id in ["a", "b", "c"] {
        append(&mut pool.acquire().await.unwrap(), epoch, id, 1).await;
    }
    // The lease is locked by somebody else's transaction, so the sealer hangs inside its own.
    let mut blocker = pool.begin().await.unwrap();
    lease.confirm(&mut blocker).await.unwrap();
    let sealing = tokio::spawn({
        let (pool, lease) = (pool.clone(), lease.clone());
        async move { seal_batch(&pool, &lease, 100).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    sealing.abort();
    blocker.rollback().await.unwrap();
    // It may have found nothing ready yet; it must never have finished a batch.
    assert!(!matches!(sealing.await, Ok(Ok(Some(_)))));
    assert_eq!(count(&pool, "SELECT count(*) FROM log").await, 0);
    assert_eq!(count(&pool, "SELECT next_leaf FROM sealer").await, 0);
    seal_until(&pool, &lease, 3).await;
    assert_log_is_sound(&pool).await;
}

/// After dump and restore the ids start again: old events that were not sealed yet have ids far
/// above those of the new cluster.
#[tokio::test]
async fn unsealed_events_of_an_older_epoch_come_first_after_a_restore() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let first = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    let mut connection = pool.acquire().await.unwrap();
    append(&mut connection, first, "old", 1).await;
    seal_until(&pool, &lease, 1).await;
    for sequence in 2..=4 {
        append_with_xid(&pool, first, sequence, 9_000_000_000 + sequence).await;
    }
    restore(&pool).await;
    lease.release(&pool).await.unwrap();
    let second = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    assert_eq!(second, first + 1);
    assert_eq!(current_epoch(&pool).await.unwrap(), second);
    append(&mut connection, second, "new", 1).await;

    seal_until(&pool, &lease, 5).await;
    let order: Vec<String> = sealed(&pool)
        .await
        .iter()
        .map(|(id, sequence)| format!("{id}{sequence}"))
        .collect();
    assert_eq!(order, ["old1", "old2", "old3", "old4", "new1"]);
    assert_log_is_sound(&pool).await;
}

/// What a restore into another cluster leaves.
async fn restore(pool: &PgPool) {
    sqlx::query("UPDATE store_epoch SET system_identifier = system_identifier - 1")
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn no_epoch_begins_while_a_node_lives_on_through_the_restore() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let first = current_epoch(&pool).await.unwrap();
    restore(&pool).await;
    let brief = Duration::from_millis(600);
    let lease = Lease::take(&pool, SEALER_LEASE, Uuid::now_v7(), brief)
        .await
        .unwrap()
        .unwrap();
    let alive = async {
        loop {
            lease
                .confirm(&mut pool.acquire().await.unwrap())
                .await
                .unwrap();
            tokio::time::sleep(brief / 4).await;
        }
    };
    tokio::select! {
        () = alive => {}
        begun = current_epoch(&pool) => {
            assert!(matches!(begun, Err(StoreError::NodeOutlivedRestore)), "{begun:?}");
        }
    }
    // A lease nobody renews came with the dump, and runs out.
    assert_eq!(current_epoch(&pool).await.unwrap(), first + 1);
}

/// Where the cluster does not tell its identity, ids it has not given out yet betray a restore.
#[tokio::test]
async fn foreign_transaction_ids_begin_an_epoch() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let first = current_epoch(&pool).await.unwrap();
    append_with_xid(&pool, first, 1, 9_000_000_000).await;
    assert_eq!(current_epoch(&pool).await.unwrap(), first + 1);
    assert_eq!(current_epoch(&pool).await.unwrap(), first + 1);
}

async fn append_with_xid(pool: &PgPool, epoch: i32, sequence: i64, xid: i64) {
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
             payload, metadata, epoch, xid, event_id, command_id, recorded_at, salt)
         VALUES ('thing', 'old', $1, 'thing.done', '1.0.0', '{}', '{}', $2, $3::text::xid8,
             gen_random_uuid(), gen_random_uuid(), clock_timestamp(),
             decode(repeat('00', 16), 'hex'))",
    )
    .bind(sequence)
    .bind(epoch)
    .bind(xid.to_string())
    .execute(pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn two_nodes_that_start_together_agree_on_the_epoch() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let (one, two) = tokio::join!(current_epoch(&pool), current_epoch(&pool));
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(count(&pool, "SELECT count(*) FROM store_epoch").await, 1);
}

#[tokio::test]
async fn one_notification_is_sent_per_batch() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let epoch = current_epoch(&pool).await.unwrap();
    let lease = sealer_lease(&pool).await;
    let mut listener = sqlx::postgres::PgListener::connect_with(&pool)
        .await
        .unwrap();
    listener
        .listen(chaobiao_eventstore::SEALED_CHANNEL)
        .await
        .unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    append(&mut transaction, epoch, "a", 1).await;
    append(&mut transaction, epoch, "b", 1).await;
    transaction.commit().await.unwrap();
    seal_until(&pool, &lease, 2).await;
    let told = tokio::time::timeout(LONG, listener.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(told.payload(), "2");
}
