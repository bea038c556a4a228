//! One command on a stream of a thousand events.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;
use crate::figures::{Figures, Unit, micros, percentile};
use crate::machine::Machine;
use crate::tank::{Fill, TankEvent, context, fresh, fresh_tank};

const EVENTS: u32 = 1_000;
const COMMANDS: usize = 100;

pub(crate) async fn round(machine: &Machine, figures: &mut Figures) -> Result<(), Failure> {
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
