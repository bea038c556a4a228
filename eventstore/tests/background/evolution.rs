//! An event in three forms, each written by the program of its time and read by the last one.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chaobiao_decision::{
    Actor, BusinessError, CommandContext, Process, Stop, StreamId, Upcasters, Workspace,
};
use chaobiao_eventstore::notary::{Notary, NotaryOptions, audit_log, prove_event};
use chaobiao_eventstore::{
    AuditRepository, BusOptions, CommandBus, CommandError, Daemon, EventStore, Executed,
    ManualClock, MasterKey, ProjectionError, Projector, RecordedEvent, StoreError, operate, replay,
};
use chaobiao_proof::{LogKey, TrustedKey};
use chaobiao_testing::TestDatabase;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{EventUpcaster, PersistedEventStore, SemanticVersionEventUpcaster};
use cqrs_es::{Aggregate, AggregateContext as _, DomainEvent, EventStore as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::counter::{LIMIT, start_of_time};

/// `Filled` as one program writes it.
trait Form: DomainEvent + 'static {
    fn of(millilitres: i64) -> Self;
    fn millilitres(&self) -> i64;
}

macro_rules! form {
    ($name:ident, $version:literal, { $($field:ident: $kind:ty = $make:expr),+ }, $read:expr) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum $name {
            Filled { $($field: $kind),+ },
        }

        impl DomainEvent for $name {
            fn event_type(&self) -> String {
                "vat.filled".to_owned()
            }

            fn event_version(&self) -> String {
                $version.to_owned()
            }
        }

        impl Form for $name {
            fn of(millilitres: i64) -> Self {
                Self::Filled { $($field: ($make)(millilitres)),+ }
            }

            fn millilitres(&self) -> i64 {
                let Self::Filled { $($field),+ } = self;
                ($read)($($field),+)
            }
        }
    };
}

form!(First, "1.0.0", { litres: i64 = |ml| ml / 1000 }, |litres: &i64| litres * 1000);
form!(Second, "2.0.0", { millilitres: i64 = |ml| ml }, |ml: &i64| *ml);
form!(
    Third,
    "3.0.0",
    { amount: i64 = |ml| ml, unit: String = |_| "ml".to_owned() },
    |amount: &i64, unit: &String| if unit == "ml" { *amount } else { 0 }
);

fn upcaster(version: &str, change: fn(&Value) -> Value) -> Box<dyn EventUpcaster> {
    let change = Box::new(move |payload| change(&payload));
    Box::new(SemanticVersionEventUpcaster::new(
        "vat.filled",
        version,
        change,
    ))
}

fn to_second() -> Box<dyn EventUpcaster> {
    upcaster("2.0.0", |old| {
        let litres = old["litres"].as_i64().unwrap_or_default();
        json!({ "type": "filled", "millilitres": litres * 1000 })
    })
}

fn to_third() -> Box<dyn EventUpcaster> {
    upcaster(
        "3.0.0",
        |old| json!({ "type": "filled", "amount": old["millilitres"], "unit": "ml" }),
    )
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
struct Vat<E> {
    millilitres: i64,
    form: PhantomData<E>,
}

impl<E> Default for Vat<E> {
    fn default() -> Self {
        Self {
            millilitres: 0,
            form: PhantomData,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("从不拒绝")]
struct Never;

impl BusinessError for Never {
    fn code(&self) -> &'static str {
        "NEVER"
    }
}

impl<E: Form> Aggregate for Vat<E> {
    type Command = i64;
    type Event = E;
    type Error = Never;
    type Services = ();

    const TYPE: &'static str = "vat";

    async fn handle(&mut self, ml: i64, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        sink.write(E::of(ml), self).await;
        Ok(())
    }

    fn apply(&mut self, event: E) {
        self.millilitres += event.millilitres();
    }
}

/// Fills a vat and tells what is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Fill<E> {
    millilitres: i64,
    form: PhantomData<E>,
}

impl<E: Form> Process for Fill<E> {
    const NAME: &'static str = "vat.fill";

    type Outcome = i64;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<i64, Stop> {
        workspace.execute::<Vat<E>>("v", self.millilitres)?;
        Ok(workspace.get::<Vat<E>>("v")?.millilitres)
    }
}

struct Levels<E>(PhantomData<E>);

#[async_trait]
impl<E: Form> Projector for Levels<E> {
    fn name(&self) -> &'static str {
        "levels"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["vat"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_levels"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            sqlx::query(
                "INSERT INTO read_levels VALUES ($1, $2) ON CONFLICT (vat) DO UPDATE
                 SET millilitres = read_levels.millilitres + $2",
            )
            .bind(&event.stream.aggregate_id)
            .bind(event.decode::<E>()?.millilitres())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

/// The program of a time: it writes one form, and knows how to read the ones before.
struct Program<E> {
    bus: CommandBus,
    form: PhantomData<E>,
}

impl<E: Form> Program<E> {
    async fn start(pool: PgPool, upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        let clock = Arc::new(ManualClock::new(start_of_time()));
        let store = EventStore::open(pool, &MasterKey::new([7; 32]), clock).await;
        let store = store
            .unwrap()
            .with_upcasters(Upcasters::from_iter(upcasters));
        Self {
            bus: CommandBus::new(store, BusOptions::default()),
            form: PhantomData,
        }
    }

    fn store(&self) -> &EventStore {
        self.bus.store()
    }

    async fn fill(&self, millilitres: i64) -> Result<Executed<i64>, CommandError> {
        let actor = Actor::Staff("li".to_owned());
        let context = CommandContext::new(Uuid::now_v7(), actor, start_of_time());
        let form: PhantomData<E> = PhantomData;
        self.bus.execute(context, Fill { millilitres, form }).await
    }

    fn daemon(&self) -> Daemon {
        let projector: Arc<dyn Projector> = Arc::new(Levels::<E>(PhantomData));
        Daemon::builder(self.bus.clone())
            .projectors(vec![projector])
            .start()
    }

    async fn history(&self) -> Vec<RecordedEvent> {
        let stream = StreamId::new("vat", "v");
        self.store().history(&stream).await.unwrap()
    }
}

async fn database() -> TestDatabase {
    let database = TestDatabase::create().await;
    sqlx::query("CREATE TABLE read_levels (vat text PRIMARY KEY, millilitres bigint NOT NULL)")
        .execute(&database.pool())
        .await
        .unwrap();
    database
}

async fn level(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT coalesce(sum(millilitres), 0)::bigint FROM read_levels")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x18_old_forms_reach_commands_read_models_and_replays_through_the_chain() {
    let database = database().await;
    let pool = database.pool();
    let first: Program<First> = Program::start(pool.clone(), vec![]).await;
    assert_eq!(first.fill(2_000).await.unwrap().outcome, 2_000);
    let second: Program<Second> = Program::start(pool.clone(), vec![to_second()]).await;
    assert_eq!(second.fill(300).await.unwrap().outcome, 2_300);
    let third: Program<Third> = Program::start(pool.clone(), vec![to_second(), to_third()]).await;
    let filled = third.fill(40).await.unwrap();
    assert_eq!(filled.outcome, 2_340);

    let daemon = third.daemon();
    assert!(daemon.wait_for(filled.position.unwrap(), LIMIT).await);
    assert_eq!(level(&pool).await, 2_340);
    let projector = Arc::new(Levels::<Third>(PhantomData));
    let verified = operate::verify(third.store(), projector).await.unwrap();
    assert!(verified.is_equal(), "{verified:?}");

    let history = third.history().await;
    let versions: Vec<&str> = history.iter().map(|e| e.event_version.as_str()).collect();
    assert_eq!(versions, ["3.0.0", "3.0.0", "3.0.0"]);
    let vat: Vat<Third> = replay(&history).unwrap();
    assert_eq!(vat.millilitres, 2_340);
    let stock: PersistedEventStore<AuditRepository, Vat<Third>> =
        PersistedEventStore::new_event_store(AuditRepository::new(third.store().clone()));
    let mut loaded = stock.load_aggregate("v").await.unwrap();
    assert_eq!(*loaded.aggregate(), vat);
    daemon.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x18_proofs_are_over_what_was_written_whatever_it_is_read_as() {
    let database = database().await;
    let first: Program<First> = Program::start(database.pool(), vec![]).await;
    let position = first.fill(2_000).await.unwrap().position.unwrap();
    let daemon = first.daemon();
    assert!(daemon.wait_for(position, LIMIT).await);
    daemon.shutdown().await;
    let third: Program<Third> =
        Program::start(database.pool(), vec![to_second(), to_third()]).await;
    let (key, public) = LogKey::generate("log.example/vats").unwrap();
    let options = NotaryOptions {
        keys: Arc::new(key),
        interval: Duration::ZERO,
        sinks: Vec::new(),
    };
    let mut notary = Notary::new(third.store(), options);
    while notary.extend().await.unwrap() {}
    notary.sign().await.unwrap();
    let event = &third.history().await[0];
    assert_eq!(event.event_version, "3.0.0");
    let proof = prove_event(&database.pool(), event.event_id).await.unwrap();
    let trusted = [TrustedKey::parse(&public).unwrap()];
    let leaf = proof.verify(&trusted).unwrap().leaf;
    assert_eq!(leaf.event_version, "1.0.0");
    let written: Value = serde_json::from_str(&leaf.payload).unwrap();
    assert_eq!(written, json!({ "type": "filled", "litres": 2 }));
    let report = audit_log(&database.pool(), &trusted, &[]).await.unwrap();
    assert!(report.finding.is_none(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x18_a_form_nobody_knows_stops_commands_and_is_parked_by_read_models() {
    let database = database().await;
    let pool = database.pool();
    let third: Program<Third> = Program::start(pool.clone(), vec![to_second(), to_third()]).await;
    third.fill(40).await.unwrap();
    // The program of before, and one that has lost an upcaster.
    let second: Program<Second> = Program::start(pool.clone(), vec![to_second()]).await;
    let unknown = "vat.filled 3.0.0";
    let Err(CommandError::Fault(StoreError::Corrupt(fault))) = second.fill(300).await else {
        panic!("a command over an unknown event must fail");
    };
    assert!(fault.contains(unknown), "{fault}");
    let position = third.fill(1).await.unwrap().position.unwrap();
    let daemon = second.daemon();
    assert!(daemon.wait_for(position, LIMIT).await);
    daemon.shutdown().await;
    let errors: Vec<String> = sqlx::query_scalar("SELECT error FROM parked ORDER BY leaf_index")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(errors.len(), 2, "nothing is skipped: {errors:?}");
    assert!(errors[0].contains(unknown), "{errors:?}");
    let refused = replay::<Vat<Second>>(&second.history().await).unwrap_err();
    assert!(refused.to_string().contains(unknown), "{refused}");

    // With the right program `parked retry` takes them in.
    let projector: Arc<dyn Projector> = Arc::new(Levels::<Third>(PhantomData));
    operate::retry_parked_projection(third.store(), projector)
        .await
        .unwrap();
    assert_eq!(level(&pool).await, 41);
}
