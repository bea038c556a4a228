//! What an auditor asks of a meter, answered from events alone.

use chaobiao_decision::StreamId;
use chaobiao_domain::meter::{AcceptedReading, Meter};
use chaobiao_domain::units::MeterNo;
use chaobiao_eventstore::{AuditRepository, EventStore, RecordedEvent, replay};
use clap::{Args, Subcommand};
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, AggregateContext as _, EventStore as _};
use serde_json::json;

use super::{AsKnown, CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 仅从事件重放一块表的全部历史
    Replay(Replay),
}

#[derive(Args, Debug)]
struct Replay {
    /// 收费系统表号
    meter_no: MeterNo,
    #[command(flatten)]
    as_known: AsKnown,
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let Action::Replay(replay) = self.action;
        let (config, database) = context.open().await?;
        let done = match context.core(&config, &database).await {
            Ok(core) => replay.run(core.store).await,
            Err(error) => Err(error),
        };
        database.close().await;
        done
    }
}

impl Replay {
    async fn run(self, store: EventStore) -> Result<(), CommandError> {
        let (horizon, valid_on) = self.as_known.point(&store).await?;
        let stream = StreamId::new(Meter::TYPE, self.meter_no.as_str());
        let history = store.history_to(&stream, horizon).await?;
        if history.is_empty() {
            return Err(format!("没有表 {} 的事件", self.meter_no).into());
        }
        let meter: Meter = replay(&history)?;
        if self.as_known.is_now() {
            agree(store, &self.meter_no, &meter).await?;
        }
        let readings = meter.accepted_on(valid_on);
        if self.json {
            return print_json(&history, readings);
        }
        for event in &history {
            output::line(&line(event))?;
        }
        output::line("")?;
        output::line("采用的读数：")?;
        for reading in readings {
            output::line(&format!(
                "{}  示数 {}  用量 {}  累计 {}",
                reading.read_on, reading.index, reading.usage, reading.cumulative
            ))?;
        }
        Ok(())
    }
}

/// The stock repository and event store of cqrs-es load the same meter by a path of their own.
async fn agree(store: EventStore, meter_no: &MeterNo, meter: &Meter) -> Result<(), CommandError> {
    let stock: PersistedEventStore<AuditRepository, Meter> =
        PersistedEventStore::new_event_store(AuditRepository::new(store));
    let mut loaded = stock.load_aggregate(meter_no.as_str()).await?;
    if loaded.aggregate() == meter {
        return Ok(());
    }
    Err("两种重放方式的结果不同，请报告".into())
}

fn line(event: &RecordedEvent) -> String {
    format!(
        "#{:<4} {}  {:<32} {:<20} {}",
        event.sequence,
        event.recorded_at.to_rfc3339(),
        event.event_type,
        event.metadata.actor,
        event.payload,
    )
}

fn print_json(
    history: &[RecordedEvent],
    readings: &[AcceptedReading],
) -> Result<(), CommandError> {
    for event in history {
        let line = json!({
            "kind": "event",
            "leaf_index": event.leaf_index,
            "sequence": event.sequence,
            "event_id": event.event_id,
            "event_type": event.event_type,
            "event_version": event.event_version,
            "recorded_at": event.recorded_at,
            "known_at": event.known_at,
            "metadata": event.metadata,
            "payload": event.payload,
        });
        output::line(&line.to_string())?;
    }
    for reading in readings {
        output::line(&json!({ "kind": "reading", "reading": reading }).to_string())?;
    }
    Ok(())
}
