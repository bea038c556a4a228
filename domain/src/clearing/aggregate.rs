use std::fmt;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::ClearingCommand;
use super::error::ClearingError;
use super::event::{ClearingEvent, ClearingSettled};
use crate::units::{BillingMonth, CampusId, Fen, written_if_any};

pub(super) const NOTE_LENGTH_MAX: usize = 200;

/// Who owes whom, and for which month; a stream of its own, so that streams stay short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearingId {
    pub from: CampusId,
    pub to: CampusId,
    pub month: BillingMonth,
}

impl fmt::Display for ClearingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}@{}", self.from, self.to, self.month)
    }
}

/// What is due, from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampusClearing {
    /// Below zero, where more was undone than taken since it was settled.
    pub due: Fen,
}

impl CampusClearing {
    fn settle(&self, command: ClearingCommand) -> Result<ClearingEvent, ClearingError> {
        Ok(match command {
            ClearingCommand::Owe {
                id,
                payment_id,
                amount,
            } => {
                self.due
                    .checked_add(amount)
                    .ok_or(ClearingError::Overflow)?;
                ClearingEvent::Owed {
                    from: id.from,
                    to: id.to,
                    month: id.month,
                    payment_id,
                    amount,
                }
            }
            ClearingCommand::Relieve {
                id,
                payment_id,
                amount,
            } => {
                self.due
                    .checked_sub(amount)
                    .ok_or(ClearingError::Overflow)?;
                ClearingEvent::Relieved {
                    from: id.from,
                    to: id.to,
                    month: id.month,
                    payment_id,
                    amount,
                }
            }
            ClearingCommand::Settle {
                expected,
                note,
                by,
                at,
            } => {
                if self.due.is_zero() {
                    return Err(ClearingError::NothingDue);
                }
                if expected != self.due {
                    return Err(ClearingError::AmountDiffers(self.due));
                }
                let note = written_if_any(note.as_deref(), "备注", NOTE_LENGTH_MAX)
                    .map_err(|_| ClearingError::NoteTooLong)?;
                ClearingEvent::Settled(ClearingSettled {
                    amount: self.due,
                    note,
                    settled_by: by,
                    settled_at: at,
                })
            }
        })
    }
}

impl Aggregate for CampusClearing {
    const TYPE: &'static str = "campus_clearing";
    type Command = ClearingCommand;
    type Event = ClearingEvent;
    type Error = ClearingError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ClearingCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ClearingError> {
        let event = self.settle(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ClearingEvent) {
        // `handle` has checked that the sums fit.
        let due = match event {
            ClearingEvent::Owed { amount, .. } => self.due.checked_add(amount),
            ClearingEvent::Relieved { amount, .. } => self.due.checked_sub(amount),
            ClearingEvent::Settled(settled) => self.due.checked_sub(settled.amount),
        };
        self.due = due.unwrap_or(self.due);
    }
}
