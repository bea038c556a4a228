use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{Fen, PaymentId, RefundId, TillId};

/// What can lie in a till; the rest reaches the bank without a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TillMethod {
    Cash,
    Cheque,
}

impl TillMethod {
    pub const ALL: [Self; 2] = [Self::Cash, Self::Cheque];

    /// The name used in events and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Cheque => "cheque",
        }
    }
}

/// Of one method, what should be there, what was counted, and what is over (长款) or, below zero,
/// short (短款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodCount {
    pub method: TillMethod,
    pub expected: Fen,
    pub counted: Fen,
    pub difference: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillSigned {
    pub counts: Vec<MethodCount>,
    /// Why the count differs; wanted wherever it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub signed_by: Actor,
    pub signed_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TillEvent {
    Opened {
        till_id: TillId,
    },
    PaymentTaken {
        payment_id: PaymentId,
        method: TillMethod,
        amount: Fen,
    },
    /// A payment was undone and the money, or the cheque, handed back.
    PaymentRefunded {
        payment_id: PaymentId,
        method: TillMethod,
        amount: Fen,
    },
    /// 退款: cash given back of what an account holds.
    RefundPaid {
        refund_id: RefundId,
        amount: Fen,
    },
    /// The cash of a refund has come back.
    RefundReturned {
        refund_id: RefundId,
        amount: Fen,
    },
    /// 日结: counted and signed by the cashier. From now on nothing is recorded in it.
    Signed(TillSigned),
    /// Somebody else has counted again, and agrees.
    Approved {
        approved_by: Actor,
    },
    /// Somebody else does not agree: it is counted anew.
    Reopened {
        reason: String,
        reopened_by: Actor,
    },
}

impl DomainEvent for TillEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened { .. } => "till.opened",
            Self::PaymentTaken { .. } => "till.payment_taken",
            Self::PaymentRefunded { .. } => "till.payment_refunded",
            Self::RefundPaid { .. } => "till.refund_paid",
            Self::RefundReturned { .. } => "till.refund_returned",
            Self::Signed(_) => "till.signed",
            Self::Approved { .. } => "till.approved",
            Self::Reopened { .. } => "till.reopened",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
