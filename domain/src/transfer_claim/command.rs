use chaobiao_decision::Actor;

use super::event::{TransferMismatch, TransferSubmitted, TransferVerified};
use crate::units::PaymentId;

/// What may be asked of one transfer claim.
#[derive(Clone, Debug)]
pub enum TransferClaimCommand {
    Submit(Box<TransferSubmitted>),
    NoteMismatch(TransferMismatch),
    Verify(TransferVerified),
    Reject {
        reason: String,
        by: Actor,
    },
    Reverse {
        payment_id: PaymentId,
        reason: String,
    },
}
