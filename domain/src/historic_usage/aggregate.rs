use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{HistoricUsageCommand, HistoricUsageError, HistoricUsageEvent, MonthRecorded};
use crate::units::{BillingMonth, Quantity};

/// One meter's months from before; its key is the meter's number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoricUsage {
    months: BTreeMap<BillingMonth, MonthRecorded>,
}

impl HistoricUsage {
    pub fn usage(&self, month: BillingMonth) -> Option<Quantity> {
        self.months.get(&month).map(|recorded| recorded.usage)
    }
}

impl Aggregate for HistoricUsage {
    const TYPE: &'static str = "historic_usage";
    type Command = HistoricUsageCommand;
    type Event = HistoricUsageEvent;
    type Error = HistoricUsageError;
    type Services = ();

    async fn handle(
        &mut self,
        command: HistoricUsageCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), HistoricUsageError> {
        let event = match command {
            HistoricUsageCommand::Record(recorded) => {
                if recorded.usage < Quantity::ZERO {
                    return Err(HistoricUsageError::Negative);
                }
                match self.usage(recorded.month) {
                    Some(existing) if existing == recorded.usage => return Ok(()),
                    Some(existing) => {
                        let month = recorded.month;
                        return Err(HistoricUsageError::Differs { month, existing });
                    }
                    None => HistoricUsageEvent::Recorded(recorded),
                }
            }
            HistoricUsageCommand::Withdraw { month, batch } => {
                let brought = self.months.get(&month);
                if brought.is_none_or(|recorded| recorded.batch.as_ref() != Some(&batch)) {
                    return Ok(());
                }
                HistoricUsageEvent::Withdrawn { month }
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: HistoricUsageEvent) {
        match event {
            HistoricUsageEvent::Recorded(recorded) => {
                self.months.insert(recorded.month, recorded);
            }
            HistoricUsageEvent::Withdrawn { month } => {
                self.months.remove(&month);
            }
        }
    }
}
