//! Two and three server processes on one database: killed, frozen, and going on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::centre::{ALL_DESKS, CAMPUS, Centre};
use crate::support::client::Client;
use crate::support::{Server, chaobiao, run, signal, stop_orphan};
use chaobiao_testing::ScratchDirectory;
use serde_json::{Value, json};
use sqlx::PgPool;

/// Who holds each lease, under which fence.
type Leases = BTreeMap<String, (String, i64)>;

async fn leases(pool: &PgPool) -> Leases {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT name, owner::text, fence FROM lease")
            .fetch_all(pool)
            .await
            .unwrap();
    rows.into_iter()
        .map(|(name, owner, fence)| (name, (owner, fence)))
        .collect()
}

/// Waits until every lease has another owner than in `before`; the leases then.
async fn moved(pool: &PgPool, before: &Leases) -> Leases {
    // A transaction that was frozen holds its rows until the database ends its session.
    for _ in 0..900 {
        let now = leases(pool).await;
        let all = before
            .iter()
            .all(|(name, (owner, _))| now.get(name).is_some_and(|(present, _)| present != owner));
        if all {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not all leases have moved: {before:?}");
}

/// Every event is in the order, once, and every read model equals its replay.
async fn assert_whole(centre: &Centre, pool: &PgPool, accounts: &[String]) {
    let settled = "SELECT (SELECT count(*) FROM events) = next_leaf
            AND NOT EXISTS (SELECT FROM projection p WHERE p.next_leaf < sealer.next_leaf)
        FROM sealer";
    for _ in 0..400 {
        let quiet: bool = sqlx::query_scalar(settled).fetch_one(pool).await.unwrap();
        if quiet {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (events, sealed, last, parked): (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM events), count(*), max(leaf_index) + 1,
                (SELECT count(*) FROM parked) FROM log",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!((sealed, last, parked), (events, events, 0));
    let opened: Vec<String> = sqlx::query_scalar(
        "SELECT aggregate_id FROM log JOIN events USING (global_position)
         WHERE event_type = 'account.opened' ORDER BY leaf_index",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert_eq!(opened, accounts, "once each, in the order of their answers");
    centre.command(&["projection", "verify"]);
}

fn open_account(client: &mut Client, number: &str) {
    let account = json!({
        "accountNo": number, "class": "RESIDENT", "campus": CAMPUS, "holder": "王芳",
        "address": "北苑 1 栋 101", "householdPersons": 3,
    });
    client.must("openAccount", account, "account { accountNo }");
}

/// Opens accounts through one node, and waits until it shows them.
fn open_accounts(client: &mut Client, from: u32, accounts: &mut Vec<String>) {
    for number in from..from + 3 {
        let number = number.to_string();
        open_account(client, &number);
        accounts.push(number);
    }
    for number in accounts.iter() {
        let question = format!("{{ account(accountNo: \"{number}\") {{ accountNo }} }}");
        Centre::until(|| {
            let shown = client.query(&question, &Value::Null);
            (shown["account"]["accountNo"] == json!(number)).then_some(())
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_that_is_left_takes_over_from_a_killed_one() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    let pool = centre.pool();
    let second = centre.another_node();
    let mut accounts = Vec::new();
    open_accounts(&mut manager, 10_001, &mut accounts);
    // A second node answers for what the first one holds.
    manager.go_to(second.address);
    open_accounts(&mut manager, 10_011, &mut accounts);

    let before = leases(&pool).await;
    centre.server.signal("-KILL");
    centre.server.wait();
    let key = manager.new_key();
    let again = json!({
        "idempotencyKey": key, "accountNo": "10021", "class": "RESIDENT", "campus": CAMPUS,
        "holder": "王芳", "address": "北苑 1 栋 101", "householdPersons": 3,
    });
    manager.must("openAccount", again.clone(), "");
    accounts.push("10021".to_owned());
    moved(&pool, &before).await;
    open_accounts(&mut manager, 10_031, &mut accounts);

    // The killed node comes back, and hears of what happened meanwhile.
    let third = centre.another_node();
    manager.go_to(third.address);
    manager.must("openAccount", again, "");
    open_accounts(&mut manager, 10_041, &mut accounts);
    assert_whole(&centre, &pool, &accounts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_node_writes_nothing_when_it_wakes() {
    let mut centre = Centre::equipped().await;
    let mut manager = centre.staff("m1", &ALL_DESKS);
    let pool = centre.pool();
    let (second, third) = (centre.another_node(), centre.another_node());
    let mut accounts = Vec::new();
    open_accounts(&mut manager, 10_001, &mut accounts);
    let before = leases(&pool).await;
    centre.server.signal("-STOP");
    manager.go_to(second.address);
    open_account(&mut manager, "10011");
    accounts.push("10011".to_owned());
    let taken = moved(&pool, &before).await;
    for (name, (_, fence)) in &before {
        assert!(taken[name].1 > *fence, "{name} moved without a new fence");
    }
    open_accounts(&mut manager, 10_021, &mut accounts);

    // Awake, it believes in its leases for a moment, and is refused.
    centre.server.signal("-CONT");
    open_accounts(&mut manager, 10_031, &mut accounts);
    manager.go_to(centre.server.address);
    open_accounts(&mut manager, 10_041, &mut accounts);
    manager.go_to(third.address);
    open_accounts(&mut manager, 10_051, &mut accounts);
    let after = leases(&pool).await;
    for (name, (owner, _)) in &before {
        assert_ne!(&after[name].0, owner, "{name} went back without a fault");
    }
    assert_whole(&centre, &pool, &accounts).await;
}

/// The embedded cluster is one node's own; the refusal names the way out.
#[test]
fn a_second_node_on_the_embedded_cluster_is_refused() {
    let scratch = ScratchDirectory::create();
    let data_dir = scratch.path().join("data");
    let first = Server::start(chaobiao(&data_dir), &[]);
    let mut second = chaobiao(&data_dir);
    second.args(["serve", "--listen", "127.0.0.1:0"]);
    let refused = run(second);
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(3), "{message}");
    assert!(message.contains("DATABASE_URL"), "{message}");
    assert_eq!(first.get("/readyz").status, 200);
    signal("-KILL", first.id());
    drop(first);
    stop_orphan(&data_dir);
}
