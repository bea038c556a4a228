//! Many commands at once, each decided alone, against COPY of as many rows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chaobiao_decision::{CommandContext, ErasedProcess};
use chaobiao_eventstore::Daemon;

use crate::Failure;
use crate::figures::{Figures, Unit, micros, per_second};
use crate::machine::Machine;
use crate::raw::{self, Table};
use crate::tank::{Fill, TankCard, context, fresh_tank};

const STORE: &str = "execute_batch";
const PLAIN: &str = "COPY, key only";
const FULL: &str = "COPY, all indexes";

pub(crate) async fn round(
    machine: &Machine,
    figures: &mut Figures,
    commands: u64,
) -> Result<(), Failure> {
    const WORK: &str = "bulk";
    machine.settle().await?;
    for (table, who) in [(Table::Plain, PLAIN), (Table::Full, FULL)] {
        let text = raw::copy_text(table, commands);
        let taken = raw::copy(machine.pool(), table, &text).await?;
        figures.note(WORK, who, Unit::PerSecond, per_second(commands, taken));
    }
    machine.settle().await?;
    let taken = accept(machine, commands).await?;
    figures.note(WORK, STORE, Unit::PerSecond, per_second(commands, taken));
    figures.compare(WORK, STORE, PLAIN);
    figures.compare(WORK, STORE, FULL);
    projected(machine, figures, commands).await
}

/// The same beside a daemon that seals and projects.
async fn projected(machine: &Machine, figures: &mut Figures, commands: u64) -> Result<(), Failure> {
    let work = format!("bulk of {commands} beside a daemon");
    let daemon = Daemon::builder(machine.bus.clone())
        .projectors(vec![Arc::new(TankCard)])
        .start();
    let limit = Duration::from_mins(10);
    let mut settled = daemon.settle(limit).await;
    machine.settle().await?;
    let begun = Instant::now();
    let accepted = accept(machine, commands).await?;
    settled &= daemon.settle(limit).await;
    let all = begun.elapsed();
    daemon.shutdown().await;
    if !settled {
        return Err(Failure::NeverVisible);
    }
    figures.note(&work, "accepted", Unit::Microseconds, micros(accepted));
    figures.note(
        &work,
        "accepted and projected",
        Unit::Microseconds,
        micros(all),
    );
    Ok(())
}

async fn accept(machine: &Machine, commands: u64) -> Result<Duration, Failure> {
    let at = machine.store.clock().now();
    let batch: Vec<(CommandContext, Box<dyn ErasedProcess>)> = (0..commands)
        .map(|_| {
            let process: Box<dyn ErasedProcess> = Box::new(Fill::once(fresh_tank()));
            (context(at), process)
        })
        .collect();
    let begun = Instant::now();
    let answers = machine.bus.execute_batch(batch).await;
    let taken = begun.elapsed();
    for answer in answers {
        answer?;
    }
    Ok(taken)
}
