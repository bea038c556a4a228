use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::{PaymentRecorded, ReceiptGiven, RedReason};
use super::undo::UndoCause;
use crate::units::{InvoiceNo, ReceiptNo};

/// What may be asked of one payment.
#[derive(Clone, Debug)]
pub enum PaymentCommand {
    Record(Box<PaymentRecorded>),
    Reverse {
        reason: String,
        cause: UndoCause,
        by: Actor,
        at: DateTime<Utc>,
    },
    ClearCheque {
        by: Actor,
        at: DateTime<Utc>,
    },
    BounceCheque {
        reason: String,
        by: Actor,
        at: DateTime<Utc>,
    },
    GiveReceipt(ReceiptGiven),
    TakeReceiptBack {
        receipt_no: ReceiptNo,
        lost: Option<String>,
        by: Actor,
        at: DateTime<Utc>,
    },
    Exchange {
        receipt_no: ReceiptNo,
        invoice_no: InvoiceNo,
        by: Actor,
        at: DateTime<Utc>,
    },
    ReverseInvoice {
        invoice_no: InvoiceNo,
        red_invoice_no: InvoiceNo,
        reason: RedReason,
        by: Actor,
        at: DateTime<Utc>,
    },
    ReprintReceipt {
        receipt_no: ReceiptNo,
        by: Actor,
        at: DateTime<Utc>,
    },
}
