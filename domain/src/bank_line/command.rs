use super::event::BankLineEntered;
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
    Return {
        return_reference: BankReference,
        reason: String,
    },
}
