use chaobiao_eventstore::operate::{self, DifferenceKind};

use crate::counter::{LIMIT, Totals, World, rows};

async fn run(world: &World, sql: &str) {
    sqlx::query(sql).execute(&world.pool()).await.unwrap();
}

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

    // A rebuild beside the running daemon puts it right.
    operate::rebuild(store, Totals::new(1)).await.unwrap();
    assert!(
        operate::verify(store, Totals::new(1))
            .await
            .unwrap()
            .is_equal()
    );
    assert_eq!(world.totals().await.len(), 5);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_needs_no_running_daemon() {
    let world = World::create().await;
    let daemon = world.daemon().projectors(vec![Totals::new(1)]).start();
    assert!(daemon.wait_for(world.add(&["a"], 1).await, LIMIT).await);
    daemon.shutdown().await;
    run(&world, "UPDATE read_totals SET total = 99").await;
    assert_eq!(
        operate::rebuild(world.bus.store(), Totals::new(1))
            .await
            .unwrap(),
        1
    );
    assert_eq!(world.totals().await, rows(&[("a", 1, 1)]));
    let status = operate::consumers(&world.pool()).await.unwrap();
    assert_eq!(
        (status[0].state.as_str(), status[0].next_leaf),
        ("running", 1)
    );
}
