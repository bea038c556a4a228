//! From the answer to a command until every read model shows its event.

use std::time::{Duration, Instant};

use chaobiao_eventstore::Daemon;

use crate::Failure;
use crate::figures::{Figures, Unit, micros, percentile};
use crate::machine::Machine;
use crate::tank::{Fill, context, fresh_tank};

const LIMIT: Duration = Duration::from_secs(10);

/// `pause` is what each client waits between two commands.
pub(crate) async fn round(
    machine: &Machine,
    daemon: &Daemon,
    figures: &mut Figures,
    clients: usize,
    seconds: u64,
    pause: Duration,
) -> Result<(), Failure> {
    let work = if pause.is_zero() {
        format!("visible, {clients} busy clients")
    } else {
        format!("visible, {clients} client at ease")
    };
    let mut samples = samples(machine, daemon, clients, seconds, pause).await?;
    for percent in [50, 95, 99] {
        let who = format!("p{percent}");
        let value = micros(percentile(&mut samples, percent));
        figures.note(&work, &who, Unit::Microseconds, value);
    }
    Ok(())
}

async fn samples(
    machine: &Machine,
    daemon: &Daemon,
    clients: usize,
    seconds: u64,
    pause: Duration,
) -> Result<Vec<Duration>, Failure> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (bus, daemon) = (machine.bus.clone(), daemon.clone());
            let clock = machine.store.clock().clone();
            tokio::spawn(async move {
                let mut samples = Vec::new();
                while Instant::now() < end {
                    let executed = bus
                        .execute(context(clock.now()), Fill::once(fresh_tank()))
                        .await?;
                    let answered = Instant::now();
                    let position = executed.position.ok_or(Failure::NothingWritten)?;
                    if !daemon.wait_for(position, LIMIT).await {
                        return Err(Failure::NeverVisible);
                    }
                    samples.push(answered.elapsed());
                    tokio::time::sleep(pause).await;
                }
                Ok(samples)
            })
        })
        .collect();
    let mut samples = Vec::new();
    for task in tasks {
        samples.extend(task.await??);
    }
    Ok(samples)
}
