use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::ReceiptBookCommand;
use super::error::ReceiptError;
use super::event::ReceiptBookEvent;
use crate::units::{BillingMonth, CampusId, ReceiptNo};

/// Six digits are printed.
const NUMBER_MAX: u32 = 999_999;

/// The numbers one campus has given in one month. Books are monthly to keep their streams short;
/// the number runs on from book to book through the year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ReceiptBook {
    #[default]
    Absent,
    Open {
        campus: CampusId,
        month: BillingMonth,
        last: u32,
    },
    Closed {
        carried_to: BillingMonth,
    },
}

impl ReceiptBook {
    pub fn id(campus: &CampusId, month: BillingMonth) -> String {
        format!("{campus}-{:04}{:02}", month.year(), month.month())
    }

    /// The number given last, while the book is open; zero before the year's first.
    pub fn last(&self) -> Option<u32> {
        match self {
            Self::Open { last, .. } => Some(*last),
            Self::Absent | Self::Closed { .. } => None,
        }
    }

    /// The number given last, as it is printed.
    pub fn last_receipt_no(&self) -> Result<ReceiptNo, ReceiptError> {
        match self {
            Self::Open {
                campus,
                month,
                last,
            } => receipt_no(campus, *month, *last),
            Self::Absent | Self::Closed { .. } => Err(ReceiptError::BookNotOpen),
        }
    }
}

fn receipt_no(
    campus: &CampusId,
    month: BillingMonth,
    number: u32,
) -> Result<ReceiptNo, ReceiptError> {
    ReceiptNo::try_new(format!("{campus}-{:04}-{number:06}", month.year()))
        .map_err(|_| ReceiptError::CampusTooLong)
}

impl Aggregate for ReceiptBook {
    const TYPE: &'static str = "receipt_book";
    type Command = ReceiptBookCommand;
    type Event = ReceiptBookEvent;
    type Error = ReceiptError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ReceiptBookCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReceiptError> {
        let event = match (&*self, command) {
            (
                Self::Absent,
                ReceiptBookCommand::Open {
                    campus,
                    month,
                    carried,
                },
            ) => ReceiptBookEvent::Opened {
                campus,
                month,
                carried,
            },
            (_, ReceiptBookCommand::Open { .. }) => return Err(ReceiptError::BookAlreadyOpen),
            (Self::Open { .. }, ReceiptBookCommand::Close { carried_to }) => {
                ReceiptBookEvent::Closed { carried_to }
            }
            (
                Self::Open {
                    campus,
                    month,
                    last,
                },
                ReceiptBookCommand::GiveNumber { payment_id, total },
            ) => {
                if *last >= NUMBER_MAX {
                    return Err(ReceiptError::NumbersUsedUp);
                }
                let number = last + 1;
                let receipt_no = receipt_no(campus, *month, number)?;
                ReceiptBookEvent::NumberGiven {
                    number,
                    receipt_no,
                    payment_id,
                    total,
                }
            }
            (_, _) => return Err(ReceiptError::BookNotOpen),
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ReceiptBookEvent) {
        match event {
            ReceiptBookEvent::Opened {
                campus,
                month,
                carried,
            } => {
                *self = Self::Open {
                    campus,
                    month,
                    last: carried,
                };
            }
            ReceiptBookEvent::NumberGiven { number, .. } => {
                if let Self::Open { last, .. } = self {
                    *last = number;
                }
            }
            ReceiptBookEvent::Closed { carried_to } => *self = Self::Closed { carried_to },
        }
    }
}
