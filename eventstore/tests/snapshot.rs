//! Long streams are read from a snapshot on, and nothing rests on it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

mod tank;

use std::time::Duration;

use chaobiao_eventstore::{BusOptions, CommandBus, SnapshotOptions};
use chaobiao_testing::TestDatabase;
use tank::{Fill, Match, Sell, context, open};

async fn bus(database: &TestDatabase, code: &str) -> CommandBus {
    let options = SnapshotOptions {
        code: code.to_owned(),
        after: 10,
    };
    let store = open(database).await.with_snapshots(options);
    CommandBus::new(store, BusOptions::default())
}

async fn fill(bus: &CommandBus, id: u128, litres: u32) -> u32 {
    let fill = Fill {
        tank: "a".to_owned(),
        litres,
    };
    bus.execute(context(id), fill).await.unwrap().outcome
}

async fn run(database: &TestDatabase, sql: &str) {
    sqlx::query(sql).execute(&database.pool()).await.unwrap();
}

/// The snapshots: stream, sequence and code. Waits until there are `wanted`.
async fn kept(database: &TestDatabase, wanted: usize) -> Vec<(String, i64, String)> {
    let select = "SELECT aggregate_id, sequence, code FROM snapshot ORDER BY aggregate_id";
    for _ in 0..200 {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(select)
            .fetch_all(&database.pool())
            .await
            .unwrap();
        if rows.len() >= wanted {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no snapshot was kept");
}

/// A tank with a snapshot of ten litres at its eleventh event, kept by code `one`.
async fn long_tank(database: &TestDatabase) {
    let plain = CommandBus::new(open(database).await, BusOptions::default());
    for id in 1..=10 {
        fill(&plain, id, 1).await;
    }
    assert_eq!(fill(&bus(database, "one").await, 11, 0).await, 10);
    let kept = kept(database, 1).await;
    assert_eq!(kept, [("a".to_owned(), 11, "one".to_owned())]);
}

/// What no event says, so that it shows where a state came from.
const FORGE: &str = "UPDATE snapshot SET state = jsonb_set(state, '{litres}', '50')";

#[tokio::test]
async fn a_long_stream_is_read_from_its_snapshot_by_the_same_program_only() {
    let database = TestDatabase::create().await;
    long_tank(&database).await;
    run(&database, FORGE).await;
    assert_eq!(fill(&bus(&database, "one").await, 20, 1).await, 51);
    assert_eq!(fill(&bus(&database, "two").await, 21, 1).await, 12);
    let plain = CommandBus::new(open(&database).await, BusOptions::default());
    assert_eq!(
        fill(&plain, 22, 1).await,
        13,
        "without snapshots none is read"
    );
    // Whoever read long keeps its own.
    let kept = loop {
        let kept = kept(&database, 1).await;
        if kept[0].2 == "two" {
            break kept;
        }
    };
    assert_eq!(kept, [("a".to_owned(), 13, "two".to_owned())]);
    assert_eq!(fill(&bus(&database, "two").await, 23, 1).await, 14);
}

#[tokio::test]
async fn a_snapshot_that_does_not_fit_is_as_good_as_none() {
    let database = TestDatabase::create().await;
    long_tank(&database).await;
    let spoils = [
        "UPDATE snapshot SET state = '{}'",
        "UPDATE snapshot SET state = jsonb_set(state, '{litres}', '50'), sequence = sequence + 9",
        "UPDATE snapshot SET state = jsonb_set(state, '{litres}', '50'),
             event_id = gen_random_uuid()",
        "TRUNCATE snapshot",
    ];
    for (id, spoilt) in (30..).zip(spoils) {
        run(&database, spoilt).await;
        let fresh = bus(&database, "one").await;
        let copy = Match {
            from: "a".to_owned(),
            to: format!("b{id}"),
        };
        let seen = fresh.preview(&context(id), &copy).await.unwrap();
        assert_eq!(seen, 10, "{spoilt}");
        let copied = fresh.execute(context(id), copy).await.unwrap();
        assert_eq!(copied.outcome, 10, "{spoilt}");
    }
}

#[tokio::test]
async fn a_stream_with_personal_data_is_never_kept() {
    let database = TestDatabase::create().await;
    let bus = bus(&database, "one").await;
    let sell = Sell {
        tank: "a".to_owned(),
        number: "1".to_owned(),
        owner: "王小明".to_owned(),
    };
    bus.execute(context(1), sell).await.unwrap();
    for id in 2..=30 {
        fill(&bus, id, 1).await;
    }
    // A stream without, read as long, is kept after it.
    for id in 40..=60 {
        let other = Fill {
            tank: "b".to_owned(),
            litres: 1,
        };
        bus.execute(context(id), other).await.unwrap();
    }
    let kept = kept(&database, 1).await;
    assert!(kept.iter().all(|(tank, ..)| tank == "b"), "{kept:?}");
}
