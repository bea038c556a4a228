use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::error::BillReconciliationError;
use super::event::{BillReconciliationEvent, BillsCompared, ReconciliationBegun};

/// What may be asked of one list's comparison.
#[derive(Clone, Debug)]
pub enum BillReconciliationCommand {
    /// Whatever came of it before, all is compared anew.
    Begin(ReconciliationBegun),
    Compare {
        compared: BillsCompared,
        /// Nothing is left.
        last: bool,
    },
}

/// One list, by the hash of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillReconciliation {
    #[default]
    Absent,
    Running(u32),
    Finished(u32),
}

impl BillReconciliation {
    /// How often it was compared.
    pub const fn run(&self) -> u32 {
        match self {
            Self::Absent => 0,
            Self::Running(run) | Self::Finished(run) => *run,
        }
    }
}

impl Aggregate for BillReconciliation {
    const TYPE: &'static str = "bill_reconciliation";
    type Command = BillReconciliationCommand;
    type Event = BillReconciliationEvent;
    type Error = BillReconciliationError;
    type Services = ();

    async fn handle(
        &mut self,
        command: BillReconciliationCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), BillReconciliationError> {
        match command {
            BillReconciliationCommand::Begin(begun) => {
                if begun.months.is_empty() {
                    return Err(BillReconciliationError::NoBills);
                }
                let run = self.run().saturating_add(1);
                let begun = ReconciliationBegun { run, ..begun };
                sink.write(BillReconciliationEvent::Begun(begun), self)
                    .await;
            }
            BillReconciliationCommand::Compare { compared, last } => {
                if *self != Self::Running(compared.run) {
                    return Err(BillReconciliationError::MovedOn);
                }
                let run = compared.run;
                sink.write(BillReconciliationEvent::Compared(compared), self)
                    .await;
                if last {
                    sink.write(BillReconciliationEvent::Finished { run }, self)
                        .await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: BillReconciliationEvent) {
        match event {
            BillReconciliationEvent::Begun(begun) => *self = Self::Running(begun.run),
            BillReconciliationEvent::Compared(_) => {}
            BillReconciliationEvent::Finished { run } => *self = Self::Finished(run),
        }
    }
}
