//! One command with one event on a new stream, by several clients at once.

use std::time::{Duration, Instant};

use crate::Failure;
use crate::figures::{Figures, Unit, micros, per_second, percentile};
use crate::machine::Machine;
use crate::raw::{self, Table};
use crate::tank::{Fill, context, fresh_tank};

const STORE: &str = "command bus";
const PLAIN: &str = "pgbench, key only";
const FULL: &str = "pgbench, all indexes";

pub(crate) async fn round(
    machine: &Machine,
    figures: &mut Figures,
    clients: usize,
    seconds: u64,
) -> Result<(), Failure> {
    let work = format!("append, {clients} clients");
    machine.settle().await?;
    for (table, who) in [(Table::Plain, PLAIN), (Table::Full, FULL)] {
        let commits = raw::pgbench(machine, table, clients, seconds)?;
        figures.note(&work, who, Unit::PerSecond, commits);
    }
    machine.settle().await?;
    let (commands, mut latencies) = commands(machine, clients, seconds).await?;
    figures.note(&work, STORE, Unit::PerSecond, commands);
    figures.compare(&work, STORE, PLAIN);
    figures.compare(&work, STORE, FULL);
    for percent in [50, 99] {
        let latency = micros(percentile(&mut latencies, percent));
        let who = format!("command bus, p{percent}");
        figures.note(&work, &who, Unit::Microseconds, latency);
    }
    Ok(())
}

async fn commands(
    machine: &Machine,
    clients: usize,
    seconds: u64,
) -> Result<(u64, Vec<Duration>), Failure> {
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let bus = machine.bus.clone();
            let clock = machine.store.clock().clone();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while Instant::now() < end {
                    let sent = Instant::now();
                    bus.execute(context(clock.now()), Fill::once(fresh_tank()))
                        .await?;
                    latencies.push(sent.elapsed());
                }
                Ok::<_, Failure>(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let rate = per_second(latencies.len() as u64, begun.elapsed());
    Ok((rate, latencies))
}
