use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::account::Purse;
use crate::units::{AccountNo, BankReference, CampusId, Fen, RefundId, TillId};

/// How a refund is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundMethod {
    Cash,
    Bank,
}

impl RefundMethod {
    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Bank => "bank",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundRequested {
    pub refund_id: RefundId,
    pub account_no: AccountNo,
    pub purse: Purse,
    pub amount: Fen,
    pub method: RefundMethod,
    /// 收款账户: whose account at which bank, where the bank pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Personal<String>>,
    pub reason: String,
    pub requested_by: Actor,
    pub requested_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundPaid {
    pub amount: Fen,
    pub method: RefundMethod,
    /// That of the account.
    pub campus: CampusId,
    /// Where the cash came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub till: Option<TillId>,
    /// The bank's own number of the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<BankReference>,
    pub paid_by: Actor,
    pub paid_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RefundEvent {
    Requested(RefundRequested),
    Approved {
        approved_by: Actor,
        approved_at: DateTime<Utc>,
    },
    Rejected {
        reason: String,
        rejected_by: Actor,
        rejected_at: DateTime<Utc>,
    },
    Paid(RefundPaid),
    /// 退款退回: the money has come back; the account holds it again.
    Returned {
        reason: String,
        /// Where the cash lies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        till: Option<TillId>,
        returned_by: Actor,
        returned_at: DateTime<Utc>,
    },
}

impl DomainEvent for RefundEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Requested(_) => "refund.requested",
            Self::Approved { .. } => "refund.approved",
            Self::Rejected { .. } => "refund.rejected",
            Self::Paid(_) => "refund.paid",
            Self::Returned { .. } => "refund.returned",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
