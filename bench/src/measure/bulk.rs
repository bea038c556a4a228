//! Many commands at once, each decided alone, against COPY of as many rows.

use std::time::Instant;

use chaobiao_decision::{CommandContext, ErasedProcess};

use crate::Failure;
use crate::figures::{Figures, Unit, per_second};
use crate::machine::Machine;
use crate::raw::{self, Table};
use crate::tank::{Fill, context, fresh_tank};

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
    figures.note(WORK, STORE, Unit::PerSecond, per_second(commands, taken));
    figures.compare(WORK, STORE, PLAIN);
    figures.compare(WORK, STORE, FULL);
    Ok(())
}
