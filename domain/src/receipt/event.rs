use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, CampusId, Fen, PaymentId, ReceiptNo};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReceiptBookEvent {
    /// `carried` is the last number of the year so far.
    Opened {
        campus: CampusId,
        month: BillingMonth,
        carried: u32,
    },
    NumberGiven {
        number: u32,
        receipt_no: ReceiptNo,
        payment_id: PaymentId,
        total: Fen,
    },
    /// Numbering goes on in the book of another month.
    Closed { carried_to: BillingMonth },
}

impl DomainEvent for ReceiptBookEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened { .. } => "receipt_book.opened",
            Self::NumberGiven { .. } => "receipt_book.number_given",
            Self::Closed { .. } => "receipt_book.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
