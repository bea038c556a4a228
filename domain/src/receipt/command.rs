use crate::units::{BillingMonth, CampusId, Fen, PaymentId};

/// What may be asked of one campus and month's book.
#[derive(Clone, Debug)]
pub enum ReceiptBookCommand {
    Open {
        campus: CampusId,
        month: BillingMonth,
        carried: u32,
    },
    GiveNumber {
        payment_id: PaymentId,
        total: Fen,
    },
    Close {
        carried_to: BillingMonth,
    },
}
