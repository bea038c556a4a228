//! A small aggregate to load the store with, and a read model of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use chaobiao_decision::{Actor, BusinessError, CommandContext, Process, Stop, Workspace};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

/// About as long as an accepted reading is.
pub(crate) const NOTE: &str = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do \
     eiusmod tempor incididunt ut labore et dolore magna aliqua ut enim ad minim veniam quis nostrud";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tank {
    litres: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum TankEvent {
    Filled { litres: u64, note: String },
}

impl TankEvent {
    pub(crate) fn litres(&self) -> u64 {
        match self {
            Self::Filled { litres, .. } => *litres,
        }
    }
}

impl DomainEvent for TankEvent {
    fn event_type(&self) -> String {
        "tank.filled".to_owned()
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
        if self.litres.checked_add(command.litres()).is_none() {
            return Err(Overflow);
        }
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, event: TankEvent) {
        self.litres += event.litres();
    }
}

/// Fills a tank a number of times; answers with what it holds then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fill {
    pub(crate) tank: String,
    pub(crate) times: u32,
}

impl Fill {
    pub(crate) fn once(tank: String) -> Self {
        Self { tank, times: 1 }
    }
}

impl Process for Fill {
    const NAME: &'static str = "tank.fill";
    type Outcome = u64;

    fn decide(&self, _: &CommandContext, workspace: &mut Workspace) -> Result<u64, Stop> {
        for _ in 0..self.times {
            let event = TankEvent::Filled {
                litres: 5,
                note: NOTE.to_owned(),
            };
            workspace.execute::<Tank>(&self.tank, event)?;
        }
        Ok(workspace.get::<Tank>(&self.tank)?.litres)
    }
}

/// A number nothing in this run has used.
pub(crate) fn fresh() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// A tank nobody has filled.
pub(crate) fn fresh_tank() -> String {
    format!("tank-{:012}", fresh())
}

pub(crate) fn context(at: DateTime<Utc>) -> CommandContext {
    let id = Uuid::from_u128(u128::from(fresh()));
    CommandContext::new(id, Actor::System("bench".to_owned()), at)
}

/// Reads events as an aggregate would and keeps the sum in memory.
#[derive(Default)]
pub(crate) struct Fold {
    litres: Mutex<u64>,
}

#[async_trait]
impl Projector for Fold {
    fn name(&self) -> &'static str {
        "tank_sum"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &[Tank::TYPE]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        _connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut sum = 0;
        for event in events {
            sum += event.decode::<TankEvent>()?.litres();
        }
        *self
            .litres
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) += sum;
        Ok(())
    }
}

/// One row per tank.
pub(crate) struct TankCard;

/// The statement of the read model; the hand-written loop uses it, too.
pub(crate) const UPSERT: &str = "
    INSERT INTO read_tank_card AS card (tank, litres, events)
    SELECT tank, sum(litres)::bigint, count(*)
    FROM unnest($1::text[], $2::bigint[]) AS e(tank, litres)
     GROUP BY tank
    ON CONFLICT (tank) DO UPDATE SET litres = card.litres + excluded.litres,
        events = card.events + excluded.events";

pub(crate) const TABLE: &str = "
    CREATE TABLE read_tank_card (tank text PRIMARY KEY, litres bigint NOT NULL,
                                 events bigint NOT NULL)";

#[async_trait]
impl Projector for TankCard {
    fn name(&self) -> &'static str {
        "tank_card"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &[Tank::TYPE]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_tank_card"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut tanks = Vec::with_capacity(events.len());
        let mut litres = Vec::with_capacity(events.len());
        for event in events {
            tanks.push(event.stream.aggregate_id.as_str());
            litres.push(event.decode::<TankEvent>()?.litres().cast_signed());
        }
        sqlx::query(UPSERT)
            .bind(tanks)
            .bind(litres)
            .execute(connection)
            .await?;
        Ok(())
    }
}
