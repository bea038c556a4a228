//! A small domain: counters that are added to, and a read model of their totals.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chaobiao_decision::{
    Actor, CommandContext, Personal, Process, ProcessRegistry, Rejection, Stop, Workspace,
};
use chaobiao_eventstore::{
    BusOptions, CommandBus, Daemon, DaemonBuilder, EventStore, ManualClock, MasterKey,
    ProjectionError, Projector, RecordedEvent,
};
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum CounterEvent {
    Added {
        amount: i64,
        by: Option<Personal<String>>,
    },
}

impl DomainEvent for CounterEvent {
    fn event_type(&self) -> String {
        "counter.added".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) total: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("the total would be negative")]
pub(crate) struct Negative;

impl From<Negative> for Rejection {
    fn from(error: Negative) -> Self {
        Rejection::new("COUNTER_NEGATIVE", error.to_string())
    }
}

impl Aggregate for Counter {
    type Command = (i64, Option<Personal<String>>);
    type Event = CounterEvent;
    type Error = Negative;
    type Services = ();

    const TYPE: &'static str = "counter";

    async fn handle(
        &mut self,
        (amount, by): Self::Command,
        _services: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Negative> {
        if self.total + amount < 0 {
            return Err(Negative);
        }
        sink.write(CounterEvent::Added { amount, by }, self).await;
        Ok(())
    }

    fn apply(&mut self, event: CounterEvent) {
        let CounterEvent::Added { amount, .. } = event;
        self.total += amount;
    }
}

/// Adds to some counters in one commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Add {
    pub(crate) counters: Vec<String>,
    pub(crate) amount: i64,
    pub(crate) by: Option<Personal<String>>,
}

impl Add {
    pub(crate) fn new(counters: &[&str], amount: i64) -> Self {
        let counters = counters.iter().map(|&counter| counter.to_owned()).collect();
        Self {
            counters,
            amount,
            by: None,
        }
    }
}

impl Process for Add {
    const NAME: &'static str = "counter.add";

    type Outcome = i64;

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<i64, Stop> {
        workspace.need::<Counter>(self.counters.iter().cloned())?;
        for counter in &self.counters {
            workspace.execute::<Counter>(counter, (self.amount, self.by.clone()))?;
        }
        Ok(self.amount)
    }
}

pub(crate) fn processes() -> ProcessRegistry {
    ProcessRegistry::default().with::<Add>()
}

/// Counts events and totals. While `broken` it cannot take the amount 13.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) version: i32,
    pub(crate) broken: AtomicBool,
    /// How often it fails as if the database were gone.
    pub(crate) outages: AtomicU32,
    pub(crate) projected: AtomicUsize,
}

impl Totals {
    pub(crate) fn new(version: i32) -> Arc<Self> {
        Arc::new(Self {
            version,
            broken: AtomicBool::new(false),
            outages: AtomicU32::new(0),
            projected: AtomicUsize::new(0),
        })
    }

    pub(crate) fn broken() -> Arc<Self> {
        let totals = Self::new(1);
        totals.broken.store(true, Ordering::Relaxed);
        totals
    }
}

#[async_trait]
impl Projector for Totals {
    fn name(&self) -> &'static str {
        "totals"
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["counter"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_totals"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let CounterEvent::Added { amount, by } = event.decode()?;
            sqlx::query(
                "INSERT INTO read_totals VALUES ($1, $2, 1, $3) ON CONFLICT (counter) DO UPDATE
                 SET total = read_totals.total + $2, events = read_totals.events + 1,
                     last_by = $3",
            )
            .bind(&event.stream.aggregate_id)
            .bind(amount * i64::from(self.version))
            .bind(by.and_then(|by| by.value().cloned()))
            .execute(&mut *connection)
            .await?;
            if amount == 13 && self.broken.load(Ordering::Relaxed) {
                return Err(ProjectionError::Invalid("cannot take \"13\"".to_owned()));
            }
        }
        let count = |left: u32| left.checked_sub(1);
        if self
            .outages
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, count)
            .is_ok()
        {
            return Err(ProjectionError::Database(sqlx::Error::PoolTimedOut));
        }
        self.projected.fetch_add(events.len(), Ordering::Relaxed);
        Ok(())
    }
}

/// A database with the read model's table, and a bus on it.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) bus: CommandBus,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

impl World {
    pub(crate) async fn create() -> Self {
        let database = TestDatabase::create().await;
        sqlx::query(
            "CREATE TABLE read_totals (counter text PRIMARY KEY, total bigint NOT NULL,
                                       events bigint NOT NULL, last_by text)",
        )
        .execute(&database.pool())
        .await
        .unwrap();
        let clock = Arc::new(ManualClock::new(start_of_time()));
        let key = MasterKey::new([7; 32]);
        let store = EventStore::open(database.pool(), &key, clock.clone())
            .await
            .unwrap();
        let bus = CommandBus::new(store, BusOptions::default());
        Self {
            database,
            bus,
            clock,
        }
    }

    pub(crate) fn pool(&self) -> PgPool {
        self.database.pool()
    }

    pub(crate) fn daemon(&self) -> DaemonBuilder {
        Daemon::builder(self.bus.clone()).processes(processes())
    }

    /// Runs a command and returns its position.
    pub(crate) async fn add(&self, counters: &[&str], amount: i64) -> i64 {
        self.execute(Add::new(counters, amount)).await
    }

    pub(crate) async fn execute(&self, add: Add) -> i64 {
        let at = start_of_time();
        let context = CommandContext::new(Uuid::now_v7(), Actor::Staff("li".to_owned()), at);
        self.bus
            .execute(context, add)
            .await
            .unwrap()
            .position
            .unwrap()
    }

    /// Counter, total and number of events of every row.
    pub(crate) async fn totals(&self) -> Vec<(String, i64, i64)> {
        sqlx::query_as("SELECT counter, total, events FROM read_totals ORDER BY counter")
            .fetch_all(&self.pool())
            .await
            .unwrap()
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.pool())
            .await
            .unwrap()
    }
}

pub(crate) const LIMIT: Duration = Duration::from_secs(20);

pub(crate) fn rows(expected: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    expected
        .iter()
        .map(|&(counter, total, events)| (counter.to_owned(), total, events))
        .collect()
}

pub(crate) async fn run(world: &World, sql: &str) {
    sqlx::query(sql).execute(&world.pool()).await.unwrap();
}

/// Waits until a query answers 1.
pub(crate) async fn until(world: &World, sql: &str) {
    let reached = async {
        while world.count(sql).await != 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(LIMIT, reached).await.is_ok(), "{sql}");
}
