use std::time::Duration;

use chaobiao_eventstore::Clock as _;
use chaobiao_eventstore::operate::{self, DifferenceKind, VerificationSchedule};
use chrono::TimeDelta;

use crate::counter::{LIMIT, Totals, World, rows, run, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_model_equals_its_replay_until_somebody_meddles() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    for counter in ["a", "b", "c", "d"] {
        world.add(&[counter, "e"], 2).await;
    }
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let store = world.bus.store();
    let verified = operate::verify(store, Totals::new(1)).await.unwrap();
    assert!(verified.is_equal());
    assert_eq!((verified.next_leaf, verified.tables[0].rows), (9, 5));

    run(
        &world,
        "UPDATE read_totals SET total = 99 WHERE counter = 'b'",
    )
    .await;
    run(&world, "DELETE FROM read_totals WHERE counter = 'c'").await;
    run(&world, "INSERT INTO read_totals VALUES ('x', 1, 1)").await;
    let verified = operate::verify(store, Totals::new(1)).await.unwrap();
    assert!(!verified.is_equal());
    let found: Vec<(&str, DifferenceKind)> = verified.tables[0]
        .examples
        .iter()
        .map(|d| (d.key.as_str(), d.kind))
        .collect();
    assert_eq!(
        found,
        [
            (r#"["b"]"#, DifferenceKind::Different),
            (r#"["c"]"#, DifferenceKind::Missing),
            (r#"["x"]"#, DifferenceKind::Unexpected),
        ]
    );
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'verify%'";
    assert_eq!(world.count(left).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_version_is_not_verified() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let refused = operate::verify(world.bus.store(), Totals::new(2))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("stored in version 1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parked_events_are_left_out_of_the_replay() {
    let world = World::create().await;
    let totals = Totals::broken();
    let daemon = world.daemon().projectors(vec![totals.clone()]).start();
    world.add(&["a", "b"], 13).await;
    assert!(
        daemon
            .wait_for(world.add(&["a", "c"], 1).await, LIMIT)
            .await
    );
    assert_eq!(world.totals().await, rows(&[("c", 1, 1)]));
    assert!(
        operate::verify(world.bus.store(), totals)
            .await
            .unwrap()
            .is_equal()
    );
}

/// Every read model in its turn; a row somebody has changed is found by the next round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_models_are_verified_on_schedule() {
    let world = World::create().await;
    let schedule = VerificationSchedule {
        every: TimeDelta::days(1),
        offset: TimeDelta::zero(),
    };
    let daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .verification(schedule)
        .start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    let verified = || async {
        let vitals = operate::vitals(&world.pool(), world.clock.now()).await;
        let verified = vitals.unwrap().verifications.pop();
        verified.map(|verified| (verified.verified_at, verified.differences))
    };
    until(&world, "SELECT count(*) FROM verification").await;
    assert_eq!(verified().await, None, "its turn has not come");

    for differences in [0, 1] {
        world.clock.set(world.clock.now() + TimeDelta::days(1));
        let now = world.clock.now();
        let reached = async {
            while verified().await != Some((now, differences)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(LIMIT, reached).await.is_ok());
        run(&world, "UPDATE read_totals SET total = 99").await;
    }
    daemon.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_vitals_tell_what_is_behind() {
    let world = World::create().await;
    world.add(&["a", "b"], 1).await;
    let now = world.clock.now();
    let before = operate::vitals(&world.pool(), now).await.unwrap();
    assert_eq!(
        (before.log.sealed_leaves, before.log.unsealed_events),
        (0, 2)
    );
    let mut open = world.pool().begin().await.unwrap();
    sqlx::query("INSERT INTO outbox VALUES (gen_random_uuid(), 'sms', '{}', 'queued', $1)")
        .bind(now - TimeDelta::seconds(90))
        .execute(&mut *open)
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let held = operate::vitals(&world.pool(), now).await.unwrap();
    assert!(held.log.oldest_open_ms >= 20);
    open.commit().await.unwrap();

    let daemon = world.daemon().projectors(vec![Totals::broken()]).start();
    assert!(daemon.wait_for(world.add(&["c"], 13).await, LIMIT).await);
    let after = operate::vitals(&world.pool(), now).await.unwrap();
    let log = &after.log;
    assert_eq!(
        (log.sealed_leaves, log.unsealed_events, log.unsigned_leaves),
        (3, 0, 3)
    );
    assert_eq!((log.outbox_queued, log.outbox_age_s), (1, 90));
    let parked = after
        .waiting
        .iter()
        .find(|waiting| waiting.list == "parked");
    assert_eq!(
        parked.map(|parked| (parked.item.as_str(), parked.count)),
        Some(("totals", 1))
    );
    assert!(
        after
            .leases
            .iter()
            .any(|lease| lease.name == "sealer" && lease.held)
    );
    daemon.shutdown().await;
    let stopped = operate::vitals(&world.pool(), now).await.unwrap();
    assert!(stopped.leases.iter().all(|lease| !lease.held));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_free_lease_is_missed_only_while_a_node_has_its_job() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    until(
        &world,
        "SELECT count(*) FROM job WHERE name = 'projection:totals'",
    )
    .await;
    daemon.shutdown().await;
    let lease = async || {
        let vitals = operate::vitals(&world.pool(), world.clock.now()).await;
        let mut leases = vitals.unwrap().leases.into_iter();
        leases.find(|lease| lease.name == "projection:totals")
    };
    let freed = lease().await.unwrap();
    assert!(!freed.held && freed.free_s < 10, "{freed:?}");

    let ago = "UPDATE lease SET held_until = held_until - interval '1 hour'";
    run(&world, ago).await;
    let since = lease().await.unwrap();
    assert!(since.free_s < 60, "it was nobody's before: {since:?}");
    run(&world, "UPDATE job SET since = since - interval '1 hour'").await;
    let missed = lease().await.unwrap();
    assert!(missed.free_s >= 3_600, "{missed:?}");

    run(
        &world,
        "UPDATE job SET wanted_at = wanted_at - interval '3 minutes'",
    )
    .await;
    assert_eq!(lease().await, None, "no running node has the job");
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    until(
        &world,
        "SELECT count(*) FROM job WHERE name = 'projection:totals'
             AND wanted_at > clock_timestamp() - interval '1 minute'",
    )
    .await;
    let back = lease().await.unwrap();
    assert!(back.free_s < 60, "whoever starts has time: {back:?}");
    daemon.shutdown().await;
}
