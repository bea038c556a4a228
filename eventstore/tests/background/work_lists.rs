//! Due commands and the outbox.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chaobiao_decision::{Personal, Process, ProcessRegistry};
use chaobiao_eventstore::{
    Clock as _, Daemon, Delivery, JsonLinesSender, OutboxMessage, Outgoing, Sender, operate,
    retry_failed_due,
};
use chaobiao_testing::ScratchDirectory;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::counter::{Add, LIMIT, Totals, World, rows, start_of_time};

async fn plan(world: &World, hours: i64, process: &str, body: Value) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query("INSERT INTO due (id, due_at, process, body, subject) VALUES ($1, $2, $3, $4, '')")
        .bind(id)
        .bind(start_of_time() + TimeDelta::hours(hours))
        .bind(process)
        .bind(body)
        .execute(&world.pool())
        .await
        .unwrap();
    id
}

async fn plan_add(world: &World, hours: i64, amount: i64) -> Uuid {
    let body = serde_json::to_value(Add::new(&["a"], amount)).unwrap();
    plan(world, hours, Add::NAME, body).await
}

async fn due(world: &World, id: Uuid) -> (String, Option<Value>, i32) {
    sqlx::query_as("SELECT state, outcome, attempts FROM due WHERE id = $1")
        .bind(id)
        .fetch_one(&world.pool())
        .await
        .unwrap()
}

fn set_hours(world: &World, hours: i64) {
    world.clock.set(start_of_time() + TimeDelta::hours(hours));
}

fn daemon(world: &World) -> Daemon {
    world.daemon().projectors(vec![Totals::new(1)]).start()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_run_when_their_time_has_come() {
    let world = World::create().await;
    let (first, second) = (plan_add(&world, 1, 2).await, plan_add(&world, 2, 3).await);
    let refused = plan_add(&world, 3, -99).await;
    let daemon = daemon(&world);
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(world.totals().await, []);
    set_hours(&world, 1);
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(world.totals().await, rows(&[("a", 2, 1)]));
    assert_eq!(
        due(&world, first).await,
        ("done".to_owned(), Some(json!(2)), 1)
    );
    assert_eq!(due(&world, second).await.0, "waiting");
    set_hours(&world, 3);
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(world.totals().await, rows(&[("a", 5, 2)]));
    let (state, outcome, _) = due(&world, refused).await;
    assert_eq!(
        (state.as_str(), &outcome.unwrap()["code"]),
        ("refused", &json!("COUNTER_NEGATIVE"))
    );
}

/// The command was committed, but the item's state was not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_command_and_state_runs_nothing_twice() {
    let world = World::create().await;
    let item = plan_add(&world, 0, 2).await;
    let first = daemon(&world);
    assert!(first.settle(LIMIT).await);
    first.shutdown().await;
    sqlx::query("UPDATE due SET state = 'waiting', outcome = NULL")
        .execute(&world.pool())
        .await
        .unwrap();
    let second = daemon(&world);
    assert!(second.settle(LIMIT).await);
    assert_eq!(world.totals().await, rows(&[("a", 2, 1)]));
    assert_eq!(due(&world, item).await.0, "done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_run_is_shown_and_holds_nothing_up() {
    let world = World::create().await;
    let unknown = plan(&world, 0, "counter.unheard_of", json!({})).await;
    let unreadable = plan(&world, 0, Add::NAME, json!({ "amount": "many" })).await;
    let good = plan_add(&world, 0, 1).await;
    let daemon = daemon(&world);
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(due(&world, unknown).await.0, "failed");
    assert_eq!(due(&world, unreadable).await.0, "failed");
    assert_eq!(due(&world, good).await.0, "done");
    assert_eq!(retry_failed_due(&world.pool()).await.unwrap(), 2);
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(due(&world, unknown).await.2, 2);
}

/// Says what it is told to say, and hangs while it is told to.
struct Scripted {
    delivery: Option<Delivery>,
    began: Notify,
}

#[async_trait]
impl Sender for Scripted {
    async fn send(&self, _outgoing: &Outgoing) -> Delivery {
        self.began.notify_one();
        match &self.delivery {
            Some(delivery) => delivery.clone(),
            None => std::future::pending().await,
        }
    }
}

fn scripted(delivery: Option<Delivery>) -> Arc<Scripted> {
    Arc::new(Scripted {
        delivery,
        began: Notify::new(),
    })
}

fn sending(world: &World, sender: Arc<dyn Sender>) -> Daemon {
    let lease = Duration::from_millis(100);
    world
        .daemon()
        .processes(ProcessRegistry::default())
        .sender(sender)
        .lease_duration(lease)
        .start()
}

async fn enqueue(world: &World) -> Uuid {
    let id = Uuid::now_v7();
    let name = Personal::new("customer/1", "王小明".to_owned());
    let message = OutboxMessage {
        channel: "sms".to_owned(),
        message: json!({ "to": name }),
    };
    world.bus.store().enqueue(id, message).await.unwrap();
    id
}

/// The state of a message once it is `wanted`.
async fn reaches(world: &World, id: Uuid, wanted: &str) {
    let mut state = String::new();
    for _ in 0..1_000 {
        state = sqlx::query_scalar("SELECT state FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_one(&world.pool())
            .await
            .unwrap();
        if state == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the message is {state}, not {wanted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_sealed_at_rest_and_written_to_the_development_file() {
    let world = World::create().await;
    let scratch = ScratchDirectory::create();
    let file = scratch.path().join("outbox.jsonl");
    let id = enqueue(&world).await;
    let clear = "SELECT count(*) FROM outbox WHERE message::text LIKE '%王%'";
    assert_eq!(world.count(clear).await, 0);
    let daemon = sending(&world, Arc::new(JsonLinesSender::new(&file)));
    reaches(&world, id, "sent").await;
    let second = enqueue(&world).await;
    reaches(&world, second, "sent").await;
    daemon.shutdown().await;
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["id"], json!(id));
    assert_eq!(lines[0]["channel"], "sms");
    assert_eq!(lines[0]["message"]["to"]["$personal"]["value"], "王小明");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_and_unknown_deliveries_are_shown_and_dropped_ones_bother_nobody() {
    let world = World::create().await;
    let detail = "no such number".to_owned();
    let failing = sending(
        &world,
        scripted(Some(Delivery::Failed {
            detail: detail.clone(),
        })),
    );
    let failed = enqueue(&world).await;
    reaches(&world, failed, "failed").await;
    failing.shutdown().await;
    let unknown = Delivery::Unknown {
        detail: detail.clone(),
    };
    let unsure = sending(&world, scripted(Some(unknown)));
    let unknown = enqueue(&world).await;
    reaches(&world, unknown, "unknown").await;
    unsure.shutdown().await;
    let careless = sending(&world, scripted(Some(Delivery::Dropped { detail })));
    let dropped = enqueue(&world).await;
    reaches(&world, dropped, "dropped").await;
    careless.shutdown().await;
    let vitals = operate::vitals(&world.pool(), world.clock.now())
        .await
        .unwrap();
    let outbox = vitals.waiting.iter().filter(|list| list.list == "outbox");
    let counts: Vec<_> = outbox
        .map(|list| (list.item.as_str(), list.count))
        .collect();
    assert_eq!(counts.len(), 2);
    assert!(
        counts.contains(&("failed", 1)) && counts.contains(&("unknown", 1)),
        "{counts:?}"
    );
    let shown = "SELECT count(*) FROM outbox WHERE detail = 'no such number'
                 AND attempted_at IS NOT NULL AND attempts = 1";
    assert_eq!(world.count(shown).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_certainly_did_not_go_out_is_tried_again_after_growing_pauses() {
    let world = World::create().await;
    let id = enqueue(&world).await;
    let detail = "nobody listens".to_owned();
    let later = scripted(Some(Delivery::Later { detail }));
    let down = sending(&world, later.clone());
    for (attempts, pause) in [(1, 5), (2, 10)] {
        let wanted = format!(
            "SELECT count(*) FROM outbox WHERE state = 'queued' AND attempts = {attempts} AND
             detail = 'nobody listens' AND not_before = timestamptz '{}' + interval '{pause} s'",
            world.clock.now()
        );
        let deadline = tokio::time::Instant::now() + LIMIT;
        while world.count(&wanted).await == 0 {
            assert!(tokio::time::Instant::now() < deadline, "{wanted}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(world.bus.store().is_held_up("sms").await.unwrap());
        assert!(!world.bus.store().is_held_up("gateway").await.unwrap());
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(world.count(&wanted).await, 1, "it waits for its time");
        world
            .clock
            .set(world.clock.now() + TimeDelta::seconds(pause));
    }
    reaches(&world, id, "queued").await;
    down.shutdown().await;
    world.clock.set(world.clock.now() + TimeDelta::minutes(6));
    let up = sending(&world, scripted(Some(Delivery::sent())));
    reaches(&world, id, "sent").await;
    up.shutdown().await;
    assert!(!world.bus.store().is_held_up("sms").await.unwrap());
}

/// Nobody knows whether it went out: it is not sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_cut_off_by_a_kill_becomes_unknown() {
    let world = World::create().await;
    let id = enqueue(&world).await;
    let hanging = scripted(None);
    let killed = sending(&world, hanging.clone());
    hanging.began.notified().await;
    drop(killed);
    let next = scripted(Some(Delivery::sent()));
    let daemon = sending(&world, next.clone());
    reaches(&world, id, "unknown").await;
    let second = enqueue(&world).await;
    reaches(&world, second, "sent").await;
    daemon.shutdown().await;
    reaches(&world, id, "unknown").await;
}

/// A slow attempt keeps its lease: no other node takes it for dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_attempt_keeps_its_lease() {
    let world = World::create().await;
    let id = enqueue(&world).await;
    let hanging = scripted(None);
    let slow = sending(&world, hanging.clone());
    hanging.began.notified().await;
    let idle = sending(&world, scripted(Some(Delivery::sent())));
    tokio::time::sleep(Duration::from_millis(400)).await;
    reaches(&world, id, "sending").await;
    drop((slow, idle));
}
