use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};

use super::event::{BankLineEntered, PayrollShare};
use crate::units::{BankReference, PaymentId};

/// What may be asked of one line of the bank's statement.
#[derive(Clone, Debug)]
pub enum BankLineCommand {
    Enter(BankLineEntered),
    Hold {
        reason: String,
    },
    Book {
        payment_id: PaymentId,
    },
    Release {
        payment_id: PaymentId,
    },
    Match {
        shares: Vec<PayrollShare>,
        at: DateTime<Utc>,
        by: Actor,
    },
    Unmatch {
        reason: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    Return {
        return_reference: BankReference,
        reason: String,
    },
}
