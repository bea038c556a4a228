use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, BankReference, Fen, PaymentId, PayrollBatchNo};

/// Money that has reached the central account, as the bank says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BankLineEntered {
    pub bank_reference: BankReference,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Personal<String>>,
    /// 附言
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<Personal<String>>,
    /// The account the memo names, where somebody has read it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_no: Option<AccountNo>,
    pub entered_by: Actor,
}

/// What of a line is the payroll office's money for one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollShare {
    pub batch_no: PayrollBatchNo,
    pub amount: Fen,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BankLineEvent {
    Entered(BankLineEntered),
    /// 不明款: nobody knows yet whose it is.
    Held {
        reason: String,
    },
    /// The money is a payment now.
    Booked {
        payment_id: PaymentId,
    },
    /// That payment was undone; the money is still there.
    Released {
        payment_id: PaymentId,
    },
    /// The payroll office's money for its batches, all of it: their rows are the payments already.
    Matched {
        shares: Vec<PayrollShare>,
        at: DateTime<Utc>,
        by: Actor,
    },
    /// Matched wrongly, or about to go back to the bank.
    Unmatched {
        shares: Vec<PayrollShare>,
        reason: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    /// The bank has taken the money back. Without a payment, it had not been booked.
    Returned {
        return_reference: BankReference,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payment_id: Option<PaymentId>,
    },
}

impl DomainEvent for BankLineEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Entered(_) => "bank_line.entered",
            Self::Held { .. } => "bank_line.held",
            Self::Booked { .. } => "bank_line.booked",
            Self::Released { .. } => "bank_line.released",
            Self::Matched { .. } => "bank_line.matched",
            Self::Unmatched { .. } => "bank_line.unmatched",
            Self::Returned { .. } => "bank_line.returned",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
