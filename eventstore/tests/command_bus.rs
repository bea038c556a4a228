//! The command bus on a real PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic in its helpers, too"
)]

mod tank;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chaobiao_decision::{CommandContext, ErasedProcess, StreamId};
use chaobiao_eventstore::{AuditRepository, BusOptions, CommandBus, CommandError, Executed};
use cqrs_es::EventStore as _;
use cqrs_es::persist::PersistedEventStore;
use serde_json::Value;
use tank::{Fill, Match, Renumber, Sell, Tank, TankEvent, bench, context};

fn fill(tank: &str, litres: u32) -> Fill {
    Fill {
        tank: tank.to_owned(),
        litres,
    }
}

async fn event_count(bench: &tank::Bench) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM events")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_same_command_again_gets_the_first_answer_even_after_a_restart() {
    let bench = bench().await;
    let first = bench.bus.execute(context(1), fill("a", 5)).await.unwrap();
    assert_eq!((first.outcome, first.repeated), (5, false));
    assert!(first.position.is_some());
    bench.bus.execute(context(2), fill("a", 5)).await.unwrap();

    let restarted = CommandBus::new(tank::open(&bench.database).await, BusOptions::default());
    let again = restarted.execute(context(1), fill("a", 5)).await.unwrap();
    assert_eq!(
        again,
        Executed {
            outcome: 5,
            position: first.position,
            repeated: true
        },
        "where its events stand, too: the caller may have to wait for them again"
    );
    assert_eq!(event_count(&bench).await, 2);
}

#[tokio::test]
async fn a_used_command_id_with_another_body_is_refused() {
    let bench = bench().await;
    bench.bus.execute(context(1), fill("a", 5)).await.unwrap();
    let other = bench.bus.execute(context(1), fill("a", 6)).await;
    assert!(matches!(other, Err(CommandError::KeyReused)));
}

#[tokio::test]
async fn a_refusal_writes_no_event_and_is_itself_repeated() {
    let bench = bench().await;
    for _ in 0..2 {
        let Err(CommandError::Refused(rejection)) =
            bench.bus.execute(context(1), fill("a", 101)).await
        else {
            panic!("an overflow must be refused");
        };
        assert_eq!(rejection.code, "TANK_OVERFLOW");
        assert_eq!(rejection.field, Some(vec!["litres".to_owned()]));
    }
    assert_eq!(event_count(&bench).await, 0);
    let outcomes: i64 = sqlx::query_scalar("SELECT count(*) FROM command")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    assert_eq!(outcomes, 1);
}

#[tokio::test]
async fn concurrent_commands_on_one_stream_are_each_decided_on_the_truth() {
    let bench = bench().await;
    // Two buses stand for two nodes: their commits collide and are decided again.
    let other = CommandBus::new(tank::open(&bench.database).await, BusOptions::default());
    let mut tasks = tokio::task::JoinSet::new();
    for id in 0..60 {
        let bus = if id % 2 == 0 {
            bench.bus.clone()
        } else {
            other.clone()
        };
        tasks.spawn(async move { bus.execute(context(id), fill("a", 2)).await });
    }
    let mut accepted = BTreeSet::new();
    let mut refused = 0;
    while let Some(result) = tasks.join_next().await {
        match result.unwrap() {
            Ok(executed) => assert!(accepted.insert(executed.outcome), "two saw the same level"),
            Err(CommandError::Refused(_)) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(accepted, (1..=50).map(|n| n * 2).collect());
    assert_eq!(refused, 10);
}

#[tokio::test]
async fn a_stream_that_was_only_read_must_not_have_moved() {
    let bench = bench().await;
    let mut tasks = tokio::task::JoinSet::new();
    for id in 0..40u128 {
        let bus = bench.bus.clone();
        tasks.spawn(async move {
            let tank = format!("t{id}");
            let copy = Match {
                from: "source".to_owned(),
                to: tank,
            };
            bus.execute(context(1000 + id), copy).await.unwrap();
        });
        let bus = bench.bus.clone();
        tasks.spawn(async move {
            bus.execute(context(2000 + id), fill("source", 1))
                .await
                .unwrap();
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
    // In the order of commits each copy equals the source's level at that point.
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT aggregate_id, (payload->>'litres')::bigint FROM events ORDER BY xid, global_position",
    )
    .fetch_all(&bench.database.pool())
    .await
    .unwrap();
    let mut level = 0;
    for (tank, litres) in rows {
        if tank == "source" {
            level += litres;
        } else {
            assert_eq!(
                litres, level,
                "{tank} copied a level that was not the source's"
            );
        }
    }
    assert_eq!(level, 40);
}

#[tokio::test]
async fn a_batch_commits_its_good_commands_and_refuses_the_others() {
    let bench = bench().await;
    let commands = (0..1200u128).map(|id| {
        let litres = if id % 100 == 7 { 101 } else { 1 };
        let process: Box<dyn ErasedProcess> = Box::new(fill(&format!("t{}", id % 400), litres));
        (context(id), process)
    });
    let commands: Vec<_> = commands.collect();
    let results = bench.bus.execute_batch(commands).await;
    assert_eq!(results.len(), 1200);
    for (id, result) in results.iter().enumerate() {
        match result {
            Ok(_) => assert_ne!(id % 100, 7),
            Err(CommandError::Refused(_)) => assert_eq!(id % 100, 7),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(event_count(&bench).await, 1188);
    let transactions: i64 = sqlx::query_scalar("SELECT count(DISTINCT xid) FROM events")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    assert_eq!(transactions, 3);
}

/// What is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_command_of_a_batch_has_its_span() {
    let bench = bench().await;
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone());
    let logging = tracing::subscriber::set_default(lines.finish());
    let row = |(id, litres): (u128, u32)| -> (CommandContext, Box<dyn ErasedProcess>) {
        (context(id), Box::new(fill("a", litres)))
    };
    let commands = (1..).zip([60, 50, 101]).map(row).collect();
    bench.bus.execute_batch(commands).await;
    drop(logging);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let refused: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["fields"]["message"] == "refused")
        .map(|mut line| line["span"].take())
        .collect();
    let told: Vec<_> = refused
        .iter()
        .map(|span| (&span["name"], &span["process"], &span["command_id"]))
        .collect();
    let (name, process) = (&Value::from("command"), &Value::from("tank.fill"));
    let ids = [2, 3].map(|id| Value::from(context(id).command_id.to_string()));
    assert_eq!(told, [(name, process, &ids[0]), (name, process, &ids[1])]);
}

type Answer = Result<Executed<Value>, CommandError>;

#[tokio::test]
async fn a_file_s_refused_command_leaves_nothing_and_may_pass_later() {
    let bench = bench().await;
    let rows = |litres: [u32; 3]| -> Vec<(CommandContext, Box<dyn ErasedProcess>)> {
        let row = |(id, litres): (u128, u32)| -> (CommandContext, Box<dyn ErasedProcess>) {
            (context(id), Box::new(fill("a", litres)))
        };
        (1..).zip(litres).map(row).collect()
    };
    let told = |answers: Vec<Answer>| -> Vec<String> {
        let tell = |answer: Answer| match answer {
            Ok(Executed { repeated: true, .. }) => "again".to_owned(),
            Ok(Executed { outcome, .. }) => outcome.to_string(),
            Err(CommandError::Refused(rejection)) => rejection.code,
            Err(other) => panic!("{other:?}"),
        };
        answers.into_iter().map(tell).collect()
    };
    let stored = "SELECT count(*) FROM command";

    let answers = bench.bus.admit_batch(rows([60, 50, 10])).await;
    assert_eq!(told(answers), ["60", "TANK_OVERFLOW", "70"]);
    assert_eq!(event_count(&bench).await, 2);
    let count = sqlx::query_scalar::<_, i64>(stored);
    assert_eq!(count.fetch_one(&bench.database.pool()).await.unwrap(), 2);

    // Also when nothing else is to be written.
    let answers = bench.bus.admit_batch(rows([60, 50, 10])).await;
    assert_eq!(told(answers), ["again", "TANK_OVERFLOW", "again"]);
    // The refused command's id is not taken: now the same row has a smaller figure.
    let answers = bench.bus.admit_batch(rows([60, 30, 10])).await;
    assert_eq!(told(answers), ["again", "100", "again"]);
    assert_eq!(event_count(&bench).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_taken_in_side_by_side_decide_again_where_they_meet() {
    let bench = bench().await;
    let other = CommandBus::new(tank::open(&bench.database).await, BusOptions::default());
    let rows = |from: u128| -> Vec<(CommandContext, Box<dyn ErasedProcess>)> {
        let row = |id: u128| -> (CommandContext, Box<dyn ErasedProcess>) {
            (context(id), Box::new(fill(&format!("t{}", id % 10), 6)))
        };
        (from..from + 150).map(row).collect()
    };
    let (one, two) = tokio::join!(
        bench.bus.admit_batch(rows(0)),
        other.admit_batch(rows(1_000))
    );
    // Ten tanks of 100 litres hold 16 fillings of 6 each, whoever came first.
    let answers: Vec<_> = one.into_iter().chain(two).collect();
    let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!((answers.len(), accepted), (300, 160));
    let refused =
        |answer: &Result<_, CommandError>| matches!(answer, Err(CommandError::Refused(_)));
    assert_eq!(answers.iter().filter(|answer| refused(answer)).count(), 140);
    assert_eq!(event_count(&bench).await, 160);
}

#[tokio::test]
async fn a_claim_has_one_holder_even_under_contention() {
    let bench = bench().await;
    let other = CommandBus::new(tank::open(&bench.database).await, BusOptions::default());
    let mut tasks = tokio::task::JoinSet::new();
    for id in 0..20u128 {
        let bus = if id % 2 == 0 {
            bench.bus.clone()
        } else {
            other.clone()
        };
        let sell = Sell {
            tank: format!("t{id}"),
            number: "42".into(),
            owner: "王".into(),
        };
        tasks.spawn(async move { bus.execute(context(id), sell).await });
    }
    let mut sold = 0;
    while let Some(result) = tasks.join_next().await {
        match result.unwrap() {
            Ok(_) => sold += 1,
            Err(CommandError::Refused(rejection)) => {
                assert_eq!(rejection.code, "TANK_NUMBER_TAKEN");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(sold, 1);
}

#[tokio::test]
async fn a_released_claim_can_be_taken_again() {
    let bench = bench().await;
    let sell = |tank: &str| Sell {
        tank: tank.into(),
        number: "1".into(),
        owner: "王".into(),
    };
    bench.bus.execute(context(1), sell("a")).await.unwrap();
    let renumber = Renumber {
        tank: "a".into(),
        old: "1".into(),
        new: "2".into(),
    };
    bench.bus.execute(context(2), renumber).await.unwrap();
    bench.bus.execute(context(3), sell("b")).await.unwrap();
    let claims: i64 = sqlx::query_scalar("SELECT count(*) FROM claim")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    assert_eq!(claims, 2);
}

#[tokio::test]
async fn personal_fields_are_sealed_in_the_table_and_open_in_the_aggregate() {
    let bench = bench().await;
    let sell = Sell {
        tank: "a".into(),
        number: "1".into(),
        owner: "王小明".into(),
    };
    bench.bus.execute(context(1), sell).await.unwrap();
    let stored: String = sqlx::query_scalar("SELECT payload::text || metadata::text FROM events")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    assert!(!stored.contains("王小明"), "{stored}");
    assert!(stored.contains("sealed"));

    // The stock store of cqrs-es, on the stock repository, loads the same aggregate.
    let audit: PersistedEventStore<AuditRepository, Tank> =
        PersistedEventStore::new_event_store(AuditRepository::new(bench.store.clone()));
    let events = audit.load_events("a").await.unwrap();
    let TankEvent::Sold { owner } = &events[0].payload else {
        panic!("a sale")
    };
    assert_eq!(owner.value().map(String::as_str), Some("王小明"));
    assert_eq!(events[0].metadata["actor"], "staff:li");

    sqlx::query("UPDATE subject_key SET wrapped_key = NULL, destroyed_at = now()")
        .execute(&bench.database.pool())
        .await
        .unwrap();
    let forgetful = tank::open(&bench.database).await;
    let audit: PersistedEventStore<AuditRepository, Tank> =
        PersistedEventStore::new_event_store(AuditRepository::new(forgetful));
    let events = audit.load_events("a").await.unwrap();
    let TankEvent::Sold { owner } = &events[0].payload else {
        panic!("a sale")
    };
    assert_eq!(owner.value(), None);
}

#[tokio::test]
async fn an_altered_or_moved_ciphertext_is_noticed() {
    let bench = bench().await;
    for tank in ["a", "b"] {
        let sell = Sell {
            tank: tank.into(),
            number: tank.into(),
            owner: "王小明".into(),
        };
        bench
            .bus
            .execute(context(u128::from(tank.as_bytes()[0])), sell)
            .await
            .unwrap();
    }
    let sealed: Value = sqlx::query_scalar("SELECT payload FROM events WHERE aggregate_id = 'a'")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    let mut moved = sealed.clone();
    let at_b = vec![("tank/b#1".to_owned(), &mut moved)];
    assert!(bench.store.cipher().open(at_b).await.is_err());
    let mut in_place = sealed;
    let at_a = vec![("tank/a#1".to_owned(), &mut in_place)];
    bench.store.cipher().open(at_a).await.unwrap();
}

#[tokio::test]
async fn history_cannot_be_changed() {
    let bench = bench().await;
    bench.bus.execute(context(1), fill("a", 5)).await.unwrap();
    for attack in [
        "UPDATE events SET payload = '{}'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DELETE FROM log",
    ] {
        let refused = sqlx::query(attack).execute(&bench.database.pool()).await;
        let error = refused.expect_err(attack).to_string();
        assert!(error.contains("append-only"), "{attack}: {error}");
    }
    assert_eq!(event_count(&bench).await, 1);
}

#[tokio::test]
async fn a_command_dated_ahead_of_the_database_is_a_fault_outside_simulation() {
    let bench = bench().await;
    let mut ahead = context(1);
    ahead.at = chrono::DateTime::from(std::time::SystemTime::now()) + chrono::TimeDelta::hours(1);
    let result = bench.bus.execute(ahead.clone(), fill("a", 1)).await;
    assert!(matches!(result, Err(CommandError::Fault(_))));
    let options = BusOptions {
        simulation: true,
        ..BusOptions::default()
    };
    CommandBus::new(bench.store.clone(), options)
        .execute(ahead, fill("a", 1))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_preview_writes_nothing() {
    let bench = bench().await;
    bench.bus.execute(context(1), fill("a", 5)).await.unwrap();
    assert_eq!(
        bench.bus.preview(&context(2), &fill("a", 6)).await.unwrap(),
        11
    );
    assert_eq!(event_count(&bench).await, 1);
}

#[tokio::test]
async fn claims_and_authors_can_be_read_from_the_events() {
    let bench = bench().await;
    let sell = Sell {
        tank: "a".into(),
        number: "1".into(),
        owner: "王".into(),
    };
    bench.bus.execute(context(9), sell).await.unwrap();
    let metadata: Value = sqlx::query_scalar("SELECT metadata FROM events")
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
    assert_eq!(metadata["process"], "tank.sell");
    let claims: Value = serde_json::from_str(metadata["claims"].as_str().unwrap()).unwrap();
    assert_eq!(claims[0]["take"], "tank.number");
    assert_eq!(claims[0]["holder"], "a");
    assert!(
        bench
            .store
            .history(&StreamId::new("tank", "a"))
            .await
            .unwrap()
            .is_empty(),
        "unsealed"
    );
}

#[tokio::test]
async fn a_lane_whose_connection_is_gone_takes_another_one() {
    let bench = bench().await;
    let bus = one_lane(&bench).await;
    for id in 1..=3 {
        bus.execute(context(id), fill("a", 5)).await.unwrap();
        // What a restart of the database does to every connection but the one that asks.
        let gone: i64 = sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .fetch_one(&bench.database.pool())
        .await
        .unwrap();
        assert!(gone > 0);
    }
    assert_eq!(event_count(&bench).await, 3);
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_of_a_commit_is_not_used_again() {
    const WAITING: &str = "SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let bench = bench().await;
    let pool = bench.database.pool();
    let bus = one_lane(&bench).await;
    bus.execute(context(1), fill("a", 5)).await.unwrap();

    // The lane can read, begins its transaction, and waits at its first row.
    let mut blocker = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE command IN EXCLUSIVE MODE")
        .execute(&mut *blocker)
        .await
        .unwrap();
    let matching = {
        let bus = bus.clone();
        let process = Match {
            to: "b".to_owned(),
            from: "a".to_owned(),
        };
        tokio::spawn(async move { bus.execute(context(2), process).await })
    };
    let waiting: i32 = loop {
        let waiting = sqlx::query_scalar(WAITING).fetch_optional(&pool).await;
        if let Some(pid) = waiting.unwrap() {
            break pid;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    sqlx::query("SELECT pg_terminate_backend($1)")
        .bind(waiting)
        .execute(&pool)
        .await
        .unwrap();
    let lost = matching.await.unwrap();
    assert!(matches!(lost, Err(CommandError::Fault(_))), "{lost:?}");
    blocker.rollback().await.unwrap();

    bus.execute(context(3), fill("a", 5)).await.unwrap();
    assert_eq!(event_count(&bench).await, 2);
}

/// A lane guesses that what it has never met is not there; another node proves it wrong.
#[tokio::test]
async fn what_another_node_has_written_is_found_out_at_the_commit() {
    let bench = bench().await;
    let sell = |tank: &str| Sell {
        tank: tank.to_owned(),
        number: "42".to_owned(),
        owner: "王".to_owned(),
    };
    let (here, there) = (one_lane(&bench).await, one_lane(&bench).await);
    for (id, bus) in [(1, &here), (2, &there)] {
        // From its first load a lane knows the time, and may guess.
        bus.execute(context(id), fill("known", 1)).await.unwrap();
    }
    there.execute(context(3), fill("a", 5)).await.unwrap();
    there.execute(context(4), sell("b")).await.unwrap();

    let again = here.execute(context(3), fill("a", 5)).await.unwrap();
    assert_eq!((again.outcome, again.repeated), (5, true));
    let filled = here.execute(context(5), fill("a", 5)).await.unwrap();
    assert_eq!((filled.outcome, filled.repeated), (10, false));
    let taken = here.execute(context(6), sell("c")).await;
    assert!(matches!(taken, Err(CommandError::Refused(_))), "{taken:?}");
    let copied = Match {
        from: "b".to_owned(),
        to: "d".to_owned(),
    };
    there.execute(context(7), fill("b", 7)).await.unwrap();
    assert_eq!(here.execute(context(8), copied).await.unwrap().outcome, 7);
    assert_eq!(event_count(&bench).await, 7);
}

async fn one_lane(bench: &tank::Bench) -> CommandBus {
    let options = BusOptions {
        lanes: 1,
        ..BusOptions::default()
    };
    CommandBus::new(tank::open(&bench.database).await, options)
}

/// Whoever takes a key that another one is just giving up comes after them in the order.
#[tokio::test]
async fn a_commit_that_waits_for_a_claim_comes_after_what_it_waited_for() {
    let bench = bench().await;
    let pool = bench.store.pool();
    let mut other = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE claim IN SHARE MODE")
        .execute(&mut *other)
        .await
        .unwrap();
    let bus = bench.bus.clone();
    let sell = Sell {
        tank: "t1".to_owned(),
        number: "7".to_owned(),
        owner: "王".to_owned(),
    };
    let waiting = tokio::spawn(async move { bus.execute(context(1), sell).await });
    let waits = "SELECT EXISTS (SELECT FROM pg_locks
        WHERE relation = 'claim'::regclass AND NOT granted)";
    while !sqlx::query_scalar::<_, bool>(waits)
        .fetch_one(pool)
        .await
        .unwrap()
    {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // The position an event of the other transaction gets now.
    let position: i64 =
        sqlx::query_scalar("SELECT nextval(pg_get_serial_sequence('events', 'global_position'))")
            .fetch_one(&mut *other)
            .await
            .unwrap();
    other.commit().await.unwrap();
    let sold = waiting.await.unwrap().unwrap();
    assert!(sold.position.unwrap() > position);
}

/// The sealer cuts the order of transaction ids, so that whoever has to wait may have none yet.
#[tokio::test]
async fn a_commit_has_no_transaction_id_while_it_waits_for_its_locks() {
    const EVERYTHING: &str = "SELECT count(pg_advisory_xact_lock($1, bucket))
        FROM generate_series(0, 1023) AS bucket";
    const WAITING: &str = "SELECT backend_xid::text FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let bench = bench().await;
    let pool = bench.store.pool();
    let sell = Sell {
        tank: "t1".to_owned(),
        number: "7".to_owned(),
        owner: "王".to_owned(),
    };
    bench.bus.execute(context(1), sell).await.unwrap();
    let renumber = |new: &str, old: &str| Renumber {
        tank: "t1".to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
    };
    // One that gives a claim up, and one that only takes and writes.
    let other = Sell {
        tank: "t2".to_owned(),
        number: "9".to_owned(),
        owner: "李".to_owned(),
    };
    let commands: [Box<dyn ErasedProcess>; 2] = [Box::new(renumber("8", "7")), Box::new(other)];
    for (id, command) in (2..).zip(commands) {
        let mut holder = pool.begin().await.unwrap();
        sqlx::query(EVERYTHING)
            .bind(0x6362_i32)
            .execute(&mut *holder)
            .await
            .unwrap();
        let bus = bench.bus.clone();
        let waiting =
            tokio::spawn(async move { bus.execute_batch(vec![(context(id), command)]).await });
        let id: Option<String> = loop {
            let found = sqlx::query_scalar(WAITING).fetch_optional(pool).await;
            if let Some(id) = found.unwrap() {
                break id;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        assert_eq!(id, None, "it has written before it had its locks");
        holder.commit().await.unwrap();
        for answer in waiting.await.unwrap() {
            answer.unwrap();
        }
    }
}
