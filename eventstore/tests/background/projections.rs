use std::sync::atomic::Ordering;
use std::time::Duration;

use chaobiao_decision::Personal;
use chaobiao_eventstore::{Daemon, Lease, operate};
use uuid::Uuid;

use crate::counter::{Add, LIMIT, Totals, World, rows};
use crate::support::{LONG, assert_log_is_sound};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_follow_commands_and_one_can_wait_for_them() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    let mut watch = daemon.watch("totals").unwrap();
    world.add(&["a", "b"], 2).await;
    let last = world.add(&["a"], 3).await;
    assert!(daemon.wait_for(last, LIMIT).await);
    assert_eq!(world.totals().await, rows(&[("a", 5, 2), ("b", 2, 1)]));
    watch.wait_for(|next_leaf| *next_leaf == 3).await.unwrap();
    assert_log_is_sound(&world.pool()).await;
    daemon.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_ends_at_its_limit() {
    let world = World::create().await;
    let position = world.add(&["a"], 1).await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    daemon.shutdown().await;
    assert!(
        !daemon
            .wait_for(position + 1, Duration::from_millis(100))
            .await
    );
}

/// Read on another node: the sealer's memory of recent events is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_can_wait_on_another_node() {
    let world = World::create().await;
    let first = world.daemon().projectors(vec![Totals::new(1)]).start();
    assert!(first.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let second = world.daemon().projectors(vec![Totals::new(1)]).start();
    let position = world.add(&["a"], 1).await;
    assert!(second.wait_for(position, LIMIT).await);
    assert_eq!(world.totals().await, rows(&[("a", 2, 2)]));
    first.shutdown().await;
    second.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_fields_reach_the_read_model_decrypted() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    let by = Some(Personal::new("customer/1", "王小明".to_owned()));
    let position = world
        .execute(Add {
            by,
            ..Add::new(&["a"], 1)
        })
        .await;
    assert!(daemon.wait_for(position, LIMIT).await);
    let name = "SELECT count(*) FROM read_totals WHERE last_by = '王小明'";
    assert_eq!(world.count(name).await, 1);
    let at_rest = "SELECT count(*) FROM events WHERE payload::text LIKE '%王小明%'";
    assert_eq!(world.count(at_rest).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_event_is_parked_with_its_later_siblings_and_retried() {
    let world = World::create().await;
    for (counters, amount) in [
        (vec!["a"], 1),
        (vec!["b", "a", "c"], 13),
        (vec!["a"], 2),
        (vec!["d"], 4),
    ] {
        world.add(&counters, amount).await;
    }
    let totals = Totals::broken();
    let daemon = world.daemon().projectors(vec![totals.clone()]).start();
    assert!(daemon.wait_for(world.add(&["d"], 1).await, LIMIT).await);

    // The commit with the amount 13 touches b, a and c: all three are poison, and what follows
    // in their streams waits.
    assert_eq!(world.totals().await, rows(&[("a", 1, 1), ("d", 5, 2)]));
    let parked = operate::parked(&world.pool()).await.unwrap();
    let reasons: Vec<(&str, &str)> = parked
        .iter()
        .map(|p| (p.aggregate_id.as_str(), p.error.as_str()))
        .collect();
    let sibling = "an earlier event of the stream is parked";
    let poison = "cannot take \"…\"";
    assert_eq!(
        reasons,
        [("b", poison), ("a", poison), ("c", poison), ("a", sibling)]
    );
    let status = operate::consumers(&world.pool()).await.unwrap();
    assert_eq!(
        (status[0].parked, status[0].lag, status[0].state.as_str()),
        (4, 0, "running")
    );

    // Still broken: a retry changes nothing.
    let retried = operate::retry_parked_projection(world.bus.store(), totals.clone())
        .await
        .unwrap();
    assert_eq!((retried.taken, retried.still_parked), (0, 4));

    totals.broken.store(false, Ordering::Relaxed);
    let retried = operate::retry_parked_projection(world.bus.store(), totals.clone())
        .await
        .unwrap();
    assert_eq!((retried.taken, retried.still_parked), (4, 0));
    // The running daemon notices that the streams are free.
    assert!(daemon.wait_for(world.add(&["a"], 5).await, LIMIT).await);
    assert_eq!(
        world.totals().await,
        rows(&[("a", 21, 4), ("b", 13, 1), ("c", 13, 1), ("d", 5, 2)])
    );
    assert!(operate::parked(&world.pool()).await.unwrap().is_empty());
}

/// A database that is gone for a moment is not the event's fault.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passing_fault_parks_nothing() {
    let world = World::create().await;
    let totals = Totals::new(1);
    totals.outages.store(3, Ordering::Relaxed);
    let daemon = world.daemon().projectors(vec![totals.clone()]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    assert_eq!(totals.outages.load(Ordering::Relaxed), 0);
    assert_eq!(world.totals().await, rows(&[("a", 1, 1)]));
    assert!(operate::parked(&world.pool()).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_neither_skips_nor_doubles() {
    let world = World::create().await;
    let lease = Duration::from_millis(60);
    let mut daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .lease_duration(lease)
        .start();
    let mut last = 0;
    for round in 0..30_u64 {
        for _ in 0..5 {
            last = world.add(&["a", "b"], 1).await;
        }
        tokio::time::sleep(Duration::from_millis(round * 7 % 23)).await;
        drop(daemon);
        daemon = world
            .daemon()
            .projectors(vec![Totals::new(1)])
            .lease_duration(lease)
            .start();
    }
    assert!(daemon.wait_for(last, LIMIT).await);
    assert_eq!(
        world.totals().await,
        rows(&[("a", 150, 150), ("b", 150, 150)])
    );
    assert_log_is_sound(&world.pool()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_works_and_the_other_takes_over() {
    let world = World::create().await;
    let lease = Duration::from_millis(200);
    let (first, second) = (Totals::new(1), Totals::new(1));
    let one = world
        .daemon()
        .projectors(vec![first.clone()])
        .lease_duration(lease)
        .start();
    assert!(one.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let two = world
        .daemon()
        .projectors(vec![second.clone()])
        .lease_duration(lease)
        .start();
    assert!(two.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    assert_eq!(second.projected.load(Ordering::Relaxed), 0);
    drop(one);
    assert!(two.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    assert_eq!(second.projected.load(Ordering::Relaxed), 1);
    assert_eq!(world.totals().await, rows(&[("a", 3, 3)]));
}

/// A node that was paused too long wakes up in the middle of a batch.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fenced_out_consumer_cannot_write() {
    let world = World::create().await;
    let totals = Totals::new(1);
    let daemon = world.daemon().projectors(vec![totals.clone()]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    sqlx::query("UPDATE lease SET held_until = '-infinity' WHERE name = 'projection:totals'")
        .execute(&world.pool())
        .await
        .unwrap();
    let other = Lease::take(&world.pool(), "projection:totals", Uuid::now_v7(), LONG).await;
    assert!(other.unwrap().is_some());
    let position = world.add(&["a"], 1).await;
    assert!(!daemon.wait_for(position, Duration::from_millis(300)).await);
    assert_eq!(world.totals().await, rows(&[("a", 1, 1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_other_types_move_the_checkpoint() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    append_things(&world, 3).await;
    stored_position(&world, 3).await;
    daemon.shutdown().await;
    assert_eq!(
        world
            .count("SELECT count(*) FROM lease WHERE held_until > now()")
            .await,
        0
    );
}

async fn stored_position(world: &World, next_leaf: i64) {
    let stored = "SELECT coalesce(max(next_leaf), 0) FROM projection WHERE name = 'totals'";
    for _ in 0..1_000 {
        if world.count(stored).await == next_leaf {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the checkpoint was not stored");
}

async fn append_things(world: &World, count: i64) {
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version,
             payload, metadata, epoch, event_id, command_id, recorded_at, salt)
         SELECT 'thing', n::text, 1, 'thing.done', '1.0.0', '{}',
             jsonb_build_object('actor', 'system:test', 'process', 'thing.do',
                                'command_id', gen_random_uuid()),
             1, gen_random_uuid(), gen_random_uuid(), now(), decode(repeat('00', 16), 'hex')
         FROM generate_series(1, $1) AS n",
    )
    .bind(count)
    .execute(&world.pool())
    .await
    .unwrap();
}

/// Far behind, a consumer reads on its own and only what it wants.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_far_behind_catches_up() {
    let world = World::create().await;
    world.add(&["a"], 1).await;
    append_things(&world, 25_000).await;
    world.add(&["a"], 2).await;
    let sealing: Daemon = world.daemon().start();
    assert!(sealing.settle(LIMIT).await);
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    stored_position(&world, 25_002).await;
    assert_eq!(world.totals().await, rows(&[("a", 3, 2)]));
    daemon.shutdown().await;
}
