use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chaobiao_decision::Personal;
use chaobiao_eventstore::{OutboxMessage, Policy, PolicyError, Reaction, RecordedEvent, operate};
use serde_json::json;

use crate::counter::{Add, CounterEvent, LIMIT, Totals, World, rows};

/// Mirrors every addition to a counter `x` in `mirror-x`, and asks for more on some amounts.
struct Mirror;

const WITH_DUE: i64 = 100;
const WITHDRAWS: i64 = 101;
const SENDS: i64 = 102;
const POISON: i64 = 103;
const REFUSED: i64 = 104;

impl Policy for Mirror {
    fn name(&self) -> &'static str {
        "mirror"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["counter"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let CounterEvent::Added { amount, by } = event.decode()?;
        let counter = event.stream.aggregate_id.as_str();
        let mirror = format!("mirror-{counter}");
        if counter.starts_with("mirror-") {
            return Ok(Vec::new());
        }
        let mut reactions = vec![Reaction::Run {
            process: Box::new(Add::new(&[&mirror], amount)),
            label: "mirror".to_owned(),
        }];
        match amount {
            WITH_DUE => reactions.push(Reaction::Due {
                at: event.recorded_at + chrono::TimeDelta::days(1),
                process: Box::new(Add {
                    by,
                    ..Add::new(&["due"], 1)
                }),
                subject: format!("counter/{counter}"),
                label: "day".to_owned(),
            }),
            WITHDRAWS => {
                reactions.push(Reaction::Withdraw {
                    subject: format!("counter/{counter}"),
                });
            }
            SENDS => reactions.push(Reaction::Send(OutboxMessage {
                channel: "sms".to_owned(),
                message: json!({ "to": by, "text": "满百" }),
            })),
            POISON => return Err(PolicyError::Invalid("no reaction to this".to_owned())),
            REFUSED => reactions.push(Reaction::Run {
                process: Box::new(Add::new(&["below"], -1)),
                label: "below".to_owned(),
            }),
            _ => {}
        }
        Ok(reactions)
    }
}

/// The policy after its repair.
struct Repaired;
impl Policy for Repaired {
    fn name(&self) -> &'static str {
        "mirror"
    }
    fn aggregate_types(&self) -> &'static [&'static str] {
        &["counter"]
    }
    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        match event.decode()? {
            CounterEvent::Added { amount: POISON, .. } => Ok(Vec::new()),
            CounterEvent::Added { .. } => Mirror.react(event),
        }
    }
}

/// Tells those it finds, once what it asks has caught up.
struct Teller {
    found: &'static [&'static str],
    asked: AtomicU32,
}

#[async_trait::async_trait]
impl Policy for Teller {
    fn name(&self) -> &'static str {
        "teller"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["counter"]
    }

    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        if self.asked.fetch_add(1, Ordering::Relaxed) < 2 {
            return Err(PolicyError::NotYet("a read model is behind".to_owned()));
        }
        let tell = |name: &&str| Reaction::Tell {
            message: OutboxMessage {
                channel: "sms".to_owned(),
                message: json!({ "to": name }),
            },
            label: (*name).to_owned(),
        };
        Ok(self.found.iter().map(tell).collect())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_found_later_is_told_and_nobody_twice() {
    let world = World::create().await;
    let telling = |found: &'static [&'static str]| {
        let asked = AtomicU32::new(0);
        let policies: Vec<Arc<dyn Policy>> = vec![Arc::new(Teller { found, asked })];
        world.daemon().policies(policies).start()
    };
    let told = "SELECT count(*) FROM outbox";
    world.add(&["a"], 1).await;
    let daemon = telling(&["li", "wang"]);
    assert!(daemon.settle(LIMIT).await);
    daemon.shutdown().await;
    assert_eq!(world.count(told).await, 2);
    assert!(operate::parked(&world.pool()).await.unwrap().is_empty());

    // As after a kill before the checkpoint, with somebody gone and somebody come.
    sqlx::query("UPDATE projection SET next_leaf = 0 WHERE name = 'policy:teller'")
        .execute(&world.pool())
        .await
        .unwrap();
    let daemon = telling(&["wang", "zhao"]);
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(world.count(told).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_reacts_with_commands() {
    let world = World::create().await;
    let daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .policies(vec![Arc::new(Mirror)])
        .start();
    world.add(&["a", "b"], 2).await;
    world.add(&["a"], REFUSED).await;
    world.add(&["a"], 3).await;
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(
        world.totals().await,
        rows(&[
            ("a", 109, 3),
            ("b", 2, 1),
            ("mirror-a", 109, 3),
            ("mirror-b", 2, 1)
        ])
    );
    // The refusal is an answer, kept like any other.
    let refusals = "SELECT count(*) FROM command WHERE outcome ? 'refused'
                    AND actor = 'system:policy:mirror'";
    assert_eq!(world.count(refusals).await, 1);
    assert!(operate::parked(&world.pool()).await.unwrap().is_empty());
}

/// Kills fall before, between and after command and checkpoint.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_event_and_reaction_repeats_nothing_and_loses_nothing() {
    let world = World::create().await;
    let lease = Duration::from_millis(60);
    let start = || {
        let policies: Vec<Arc<dyn Policy>> = vec![Arc::new(Mirror)];
        world
            .daemon()
            .projectors(vec![Totals::new(1)])
            .policies(policies)
            .lease_duration(lease)
            .start()
    };
    let mut daemon = start();
    for round in 0..30_u64 {
        for _ in 0..4 {
            world.add(&["a"], 1).await;
        }
        world.add(&["a"], WITH_DUE).await;
        tokio::time::sleep(Duration::from_millis(round * 5 % 17)).await;
        drop(daemon);
        daemon = start();
    }
    assert!(daemon.settle(LIMIT).await);
    let total = 30 * (4 + WITH_DUE);
    assert_eq!(
        world.totals().await,
        rows(&[("a", total, 150), ("mirror-a", total, 150)])
    );
    assert_eq!(world.count("SELECT count(*) FROM due").await, 30);
}

/// The checkpoint is lost after the command was committed: the worst moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reaction_is_repeated_without_effect() {
    let world = World::create().await;
    let daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .policies(vec![Arc::new(Mirror)])
        .start();
    for amount in [WITH_DUE, SENDS] {
        world.add(&["a"], amount).await;
    }
    assert!(daemon.settle(LIMIT).await);
    daemon.shutdown().await;
    sqlx::query("UPDATE projection SET next_leaf = 0 WHERE name = 'policy:mirror'")
        .execute(&world.pool())
        .await
        .unwrap();
    let daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .policies(vec![Arc::new(Mirror)])
        .start();
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(
        world.totals().await,
        rows(&[("a", 202, 2), ("mirror-a", 202, 2)])
    );
    let queued = "SELECT (SELECT count(*) FROM due) * 10 + (SELECT count(*) FROM outbox)";
    assert_eq!(world.count(queued).await, 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_without_reaction_is_parked_and_others_go_on() {
    let world = World::create().await;
    world.add(&["a"], POISON).await;
    world.add(&["a"], 1).await;
    world.add(&["b"], 1).await;
    let daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .policies(vec![Arc::new(Mirror)])
        .start();
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(
        world.totals().await,
        rows(&[("a", 104, 2), ("b", 1, 1), ("mirror-b", 1, 1)])
    );
    let parked = operate::parked(&world.pool()).await.unwrap();
    let leaves: Vec<(&str, i64)> = parked
        .iter()
        .map(|p| (p.consumer.as_str(), p.leaf_index))
        .collect();
    assert_eq!(leaves, [("policy:mirror", 0), ("policy:mirror", 1)]);

    let retried = operate::retry_parked_policy(&world.bus, Arc::new(Repaired))
        .await
        .unwrap();
    assert_eq!((retried.taken, retried.still_parked), (2, 0));
    assert!(daemon.settle(LIMIT).await);
    assert_eq!(world.totals().await[2], ("mirror-a".to_owned(), 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn due_items_wait_can_be_withdrawn_and_keep_personal_fields_sealed() {
    let world = World::create().await;
    let daemon = world
        .daemon()
        .projectors(vec![Totals::new(1)])
        .policies(vec![Arc::new(Mirror)])
        .start();
    let by = Some(Personal::new("customer/1", "王小明".to_owned()));
    world
        .execute(Add {
            by: by.clone(),
            ..Add::new(&["a"], WITH_DUE)
        })
        .await;
    world
        .execute(Add {
            by: by.clone(),
            ..Add::new(&["b"], WITH_DUE)
        })
        .await;
    world.add(&["b"], WITHDRAWS).await;
    world
        .execute(Add {
            by,
            ..Add::new(&["a"], SENDS)
        })
        .await;
    assert!(daemon.settle(LIMIT).await);
    let states: Vec<(String, String)> =
        sqlx::query_as("SELECT subject, state FROM due ORDER BY subject")
            .fetch_all(&world.pool())
            .await
            .unwrap();
    let expected = [("counter/a", "waiting"), ("counter/b", "withdrawn")];
    assert_eq!(
        states,
        expected.map(|(subject, state)| (subject.to_owned(), state.to_owned()))
    );
    let clear = "SELECT (SELECT count(*) FROM due WHERE body::text LIKE '%王%')
                      + (SELECT count(*) FROM outbox WHERE message::text LIKE '%王%')";
    assert_eq!(world.count(clear).await, 0);

    world
        .clock
        .set(crate::counter::start_of_time() + chrono::TimeDelta::days(1));
    assert!(daemon.settle(LIMIT).await);
    let shown = "SELECT total FROM read_totals WHERE counter = 'due' AND last_by = '王小明'";
    assert_eq!(world.count(shown).await, 1);
}
