//! What the store asks all day long is answered from indexes, however long history has become.

use chaobiao_eventstore::current_epoch;
use sqlx::{Connection, PgConnection};

use crate::counter::{LIMIT, Totals, World, run};

const HISTORY: i64 = 20_000;

/// Rows of `events` and `log` that were read by walking through the tables.
async fn walked(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables
         WHERE relname IN ('events', 'log')",
    )
    .fetch_one(connection)
    .await
    .unwrap()
}

/// A planner without statistics has chosen to walk: the sealer then read all of history to number
/// one event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealing_and_following_do_not_walk_through_history() {
    let world = World::create().await;
    let epoch = current_epoch(&world.pool()).await.unwrap();
    run(
        &world,
        &format!(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type,
                 event_version, payload, metadata, epoch, event_id, command_id, recorded_at, salt)
             SELECT 'thing', 'thing-' || n, 1, 'thing.done', '1.0.0', '{{}}', '{{}}', {epoch},
                 gen_random_uuid(), gen_random_uuid(), clock_timestamp(),
                 decode(repeat('00', 16), 'hex')
             FROM generate_series(1, {HISTORY}) AS n"
        ),
    )
    .await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    for _ in 0..50 {
        assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    }
    daemon.shutdown().await;

    // A backend reports what it has read when it ends.
    let options = world.database.connect_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let end_others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND backend_type = 'client backend'";
    sqlx::query(end_others)
        .execute(&mut connection)
        .await
        .unwrap();
    let walked = walked(&mut connection).await;
    assert!(walked < 5 * HISTORY, "{walked} rows read by walking");
}
