use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{
    AccountNo, BankReference, BillNo, CampusId, Fen, PaymentId, Phone, PhotoHash, TransferClaimId,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransferSubmitted {
    pub claim_id: TransferClaimId,
    pub accounts: Vec<AccountNo>,
    /// Only these are to be paid; none means all that are open.
    pub bills: Vec<BillNo>,
    pub amount: Fen,
    /// The screenshot (转账截图).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferred_on: Option<NaiveDate>,
    /// The counter it was shown at; none where it was sent in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
    /// Whom to write to when the receipt is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<Phone>>,
    pub submitted_by: Actor,
    pub submitted_at: DateTime<Utc>,
}

/// The bank has another amount than was claimed: somebody has to say what is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferMismatch {
    pub bank_reference: BankReference,
    pub claimed: Fen,
    pub received: Fen,
    pub noted_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferVerified {
    pub bank_reference: BankReference,
    pub payment_id: PaymentId,
    /// What the bank has, whatever was claimed.
    pub amount: Fen,
    pub verified_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TransferClaimEvent {
    Submitted(TransferSubmitted),
    MismatchNoted(TransferMismatch),
    Verified(TransferVerified),
    Rejected {
        reason: String,
        rejected_by: Actor,
    },
    /// The payment it became was undone.
    Reversed {
        payment_id: PaymentId,
        reason: String,
    },
}

impl DomainEvent for TransferClaimEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Submitted(_) => "transfer_claim.submitted",
            Self::MismatchNoted(_) => "transfer_claim.mismatch_noted",
            Self::Verified(_) => "transfer_claim.verified",
            Self::Rejected { .. } => "transfer_claim.rejected",
            Self::Reversed { .. } => "transfer_claim.reversed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
