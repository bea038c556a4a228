use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::{PaymentRecorded, ReceiptGiven};
use crate::units::ReceiptNo;

/// What may be asked of one payment.
#[derive(Clone, Debug)]
pub enum PaymentCommand {
    Record(PaymentRecorded),
    Reverse {
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
    GiveReceipt(ReceiptGiven),
    ReprintReceipt {
        receipt_no: ReceiptNo,
        by: Actor,
        at: DateTime<Utc>,
    },
}
