//! One command on a stream of a thousand events, and of ten thousand with and without snapshots.

use std::time::{Duration, Instant};

use chaobiao_eventstore::{BusOptions, CommandBus, SnapshotOptions};
use serde_json::Value;

use crate::Failure;
use crate::figures::{Figures, Unit, micros, percentile};
use crate::machine::Machine;
use crate::tank::{Fill, TankEvent, context, fresh, fresh_tank};

const EVENTS: u32 = 1_000;
const COMMANDS: usize = 100;
const LONG: u32 = 10_000;
const LONG_COMMANDS: usize = 20;

pub(crate) async fn round(machine: &Machine, figures: &mut Figures) -> Result<(), Failure> {
    thousand(machine, figures).await?;
    from_snapshots(machine, figures).await
}

/// The same stream by two buses, of which one keeps it folded.
async fn from_snapshots(machine: &Machine, figures: &mut Figures) -> Result<(), Failure> {
    const WORK: &str = "load 10,000 events, one command";
    const WHOLE: &str = "read whole, p50";
    const KEPT: &str = "from a snapshot, p50";
    let options = SnapshotOptions {
        code: "bench".to_owned(),
        after: 1_000,
    };
    let store = machine.store.clone().with_snapshots(options);
    let keeping = CommandBus::new(store, BusOptions::default());
    machine.settle().await?;
    let at = machine.store.clock().now();
    let tank = fresh_tank();
    let long = Fill {
        tank: tank.clone(),
        times: LONG,
    };
    machine.bus.execute(context(at), long).await?;
    let once = || Fill::once(tank.clone());
    keeping.execute(context(at), once()).await?;
    let kept = "SELECT EXISTS (SELECT FROM snapshot WHERE aggregate_id = $1)";
    while !sqlx::query_scalar::<_, bool>(kept)
        .bind(&tank)
        .fetch_one(machine.pool())
        .await?
    {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (mut whole, mut from_snapshot) = (Vec::new(), Vec::new());
    for _ in 0..LONG_COMMANDS {
        for (bus, samples) in [(&machine.bus, &mut whole), (&keeping, &mut from_snapshot)] {
            let begun = Instant::now();
            bus.execute(context(at), once()).await?;
            samples.push(begun.elapsed());
        }
    }
    for (who, samples) in [(WHOLE, &mut whole), (KEPT, &mut from_snapshot)] {
        figures.note(
            WORK,
            who,
            Unit::Microseconds,
            micros(percentile(samples, 50)),
        );
    }
    figures.compare(WORK, KEPT, WHOLE);
    Ok(())
}

async fn thousand(machine: &Machine, figures: &mut Figures) -> Result<(), Failure> {
    const WORK: &str = "load 1,000 events, one command";
    machine.settle().await?;
    let at = machine.store.clock().now();
    let tank = fresh_tank();
    let long = Fill {
        tank: tank.clone(),
        times: EVENTS,
    };
    machine.bus.execute(context(at), long).await?;
    sqlx::query(
        "INSERT INTO raw_plain SELECT aggregate_type, aggregate_id, sequence, event_type,
                event_version, payload, metadata
           FROM events WHERE aggregate_type = 'tank' AND aggregate_id = $1",
    )
    .bind(&tank)
    .execute(machine.pool())
    .await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..COMMANDS {
        let begun = Instant::now();
        machine
            .bus
            .execute(context(at), Fill::once(tank.clone()))
            .await?;
        ours.push(begun.elapsed());
        bare.push(read_and_write(machine, &tank).await?);
    }
    for (who, samples) in [
        ("command bus, p50", &mut ours),
        ("bare SQL, p50", &mut bare),
    ] {
        let value = micros(percentile(samples, 50));
        figures.note(WORK, who, Unit::Microseconds, value);
    }
    figures.compare(WORK, "command bus, p50", "bare SQL, p50");
    Ok(())
}

/// Reads and folds the stream, then adds an event to it.
async fn read_and_write(machine: &Machine, tank: &str) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let payloads: Vec<(i64, Value)> = sqlx::query_as(
        "SELECT sequence, payload FROM raw_plain
          WHERE aggregate_type = 'tank' AND aggregate_id = $1 ORDER BY sequence",
    )
    .bind(tank)
    .fetch_all(machine.pool())
    .await?;
    let last = payloads.last().map_or(0, |(sequence, _)| *sequence);
    let mut litres = 0;
    for (_, payload) in payloads {
        litres += serde_json::from_value::<TankEvent>(payload)?.litres();
    }
    let event = TankEvent::Filled {
        litres: litres.min(5),
        note: crate::tank::NOTE.to_owned(),
    };
    sqlx::query("INSERT INTO raw_plain VALUES ('tank', $1, $2, 'tank.filled', '1.0.0', $3, $4)")
        .bind(tank)
        .bind(last + 1)
        .bind(serde_json::to_value(event)?)
        .bind(serde_json::json!({ "command_id": fresh() }))
        .execute(machine.pool())
        .await?;
    Ok(begun.elapsed())
}
