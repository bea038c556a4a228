//! A small aggregate to try the store with: a tank of water somebody owns.

#![allow(dead_code, reason = "every test file uses its own part of this")]
#![allow(clippy::expect_used, reason = "a test may panic in its helpers, too")]

use std::sync::Arc;

use chaobiao_decision::{
    Actor, BusinessError, ClaimKey, CommandContext, Personal, Process, Rejection, Stop, Workspace,
};
use chaobiao_eventstore::{BusOptions, CommandBus, EventStore, MasterKey, SystemClock};
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tank {
    pub(crate) litres: u32,
    pub(crate) owner: Option<Personal<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum TankEvent {
    Filled { litres: u32 },
    Sold { owner: Personal<String> },
}

impl DomainEvent for TankEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Filled { .. } => "tank.filled",
            Self::Sold { .. } => "tank.sold",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("水箱已满")]
pub(crate) struct Overflow;

impl BusinessError for Overflow {
    fn code(&self) -> &'static str {
        "TANK_OVERFLOW"
    }

    fn field(&self) -> Option<&'static str> {
        Some("litres")
    }
}

impl Aggregate for Tank {
    const TYPE: &'static str = "tank";
    type Command = TankEvent;
    type Event = TankEvent;
    type Error = Overflow;
    type Services = ();

    async fn handle(
        &mut self,
        command: TankEvent,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Overflow> {
        if let TankEvent::Filled { litres } = &command
            && self.litres + litres > 100
        {
            return Err(Overflow);
        }
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, event: TankEvent) {
        match event {
            TankEvent::Filled { litres } => self.litres += litres,
            TankEvent::Sold { owner } => self.owner = Some(owner),
        }
    }
}

/// Fills a tank; answers with what it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fill {
    pub(crate) tank: String,
    pub(crate) litres: u32,
}

impl Process for Fill {
    const NAME: &'static str = "tank.fill";
    type Outcome = u32;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<u32, Stop> {
        workspace.execute::<Tank>(
            &self.tank,
            TankEvent::Filled {
                litres: self.litres,
            },
        )?;
        Ok(workspace.get::<Tank>(&self.tank)?.litres)
    }
}

/// Fills `to` with as much as `from` holds: looks at one stream, writes another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Match {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Process for Match {
    const NAME: &'static str = "tank.match";
    type Outcome = u32;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<u32, Stop> {
        workspace.need::<Tank>([self.from.clone(), self.to.clone()])?;
        let litres = workspace.get::<Tank>(&self.from)?.litres;
        workspace.execute::<Tank>(&self.to, TankEvent::Filled { litres })?;
        Ok(litres)
    }
}

/// Gives a tank an owner and a number nobody else has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sell {
    pub(crate) tank: String,
    pub(crate) number: String,
    pub(crate) owner: String,
}

pub(crate) fn number(number: &str) -> ClaimKey {
    ClaimKey::new("tank.number", number)
}

impl Process for Sell {
    const NAME: &'static str = "tank.sell";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let taken = Rejection::new("TANK_NUMBER_TAKEN", "编号已被占用").on("number");
        workspace.claim(number(&self.number), &self.tank, taken)?;
        let owner = Personal::new(format!("owner/{}", self.tank), self.owner.clone());
        workspace.execute::<Tank>(&self.tank, TankEvent::Sold { owner })
    }
}

/// Gives the number up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Renumber {
    pub(crate) tank: String,
    pub(crate) old: String,
    pub(crate) new: String,
}

impl Process for Renumber {
    const NAME: &'static str = "tank.renumber";
    type Outcome = ();

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        workspace.release(number(&self.old))?;
        let taken = Rejection::new("TANK_NUMBER_TAKEN", "编号已被占用").on("new");
        workspace.claim(number(&self.new), &self.tank, taken)?;
        workspace.execute::<Tank>(&self.tank, TankEvent::Filled { litres: 0 })
    }
}

pub(crate) struct Bench {
    pub(crate) database: TestDatabase,
    pub(crate) store: EventStore,
    pub(crate) bus: CommandBus,
}

pub(crate) async fn bench() -> Bench {
    let database = TestDatabase::create().await;
    let store = open(&database).await;
    let bus = CommandBus::new(store.clone(), BusOptions::default());
    Bench {
        database,
        store,
        bus,
    }
}

pub(crate) async fn open(database: &TestDatabase) -> EventStore {
    EventStore::open(
        database.pool(),
        &MasterKey::new([7; 32]),
        Arc::new(SystemClock),
    )
    .await
    .expect("the store opens")
}

pub(crate) fn context(id: u128) -> CommandContext {
    let at: DateTime<Utc> = "2026-06-01T08:00:00Z".parse().expect("an instant");
    CommandContext::new(Uuid::from_u128(id), Actor::Staff("li".to_owned()), at)
}
