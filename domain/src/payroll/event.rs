use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, BankReference, BillingMonth, Fen, PaymentId, PayrollBatchNo};

/// Somebody has agreed that an account is paid from their wages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MandateAgreed {
    pub account_no: AccountNo,
    /// 工号 of the payroll office.
    pub employee_no: Personal<String>,
    pub agreed_at: DateTime<Utc>,
    pub noted_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PayrollMandateEvent {
    Agreed(MandateAgreed),
    Ended {
        reason: String,
        ended_at: DateTime<Utc>,
        ended_by: Actor,
    },
}

impl DomainEvent for PayrollMandateEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Agreed(_) => "payroll_mandate.agreed",
            Self::Ended { .. } => "payroll_mandate.ended",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

/// What an account is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollAsked {
    pub account_no: AccountNo,
    pub amount: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollBatchOpened {
    pub batch_no: PayrollBatchNo,
    /// In whose wages it is to be deducted.
    pub month: BillingMonth,
    /// By account number.
    pub rows: Vec<PayrollAsked>,
    pub total: Fen,
    pub opened_at: DateTime<Utc>,
    pub opened_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayrollRowPaid {
    pub account_no: AccountNo,
    /// What was deducted: no more than was asked for.
    pub amount: Fen,
    pub payment_id: PaymentId,
    pub at: DateTime<Utc>,
    pub by: Actor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PayrollBatchEvent {
    Opened(PayrollBatchOpened),
    RowPaid(PayrollRowPaid),
    /// Nothing was deducted.
    RowRefused {
        account_no: AccountNo,
        reason: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    /// The payroll office has paid in for this batch, by a line of the bank's statement.
    MoneyReceived {
        bank_reference: BankReference,
        amount: Fen,
        at: DateTime<Utc>,
        by: Actor,
    },
    /// That line is not for this batch after all.
    MoneyReleased {
        bank_reference: BankReference,
        amount: Fen,
        reason: String,
        at: DateTime<Utc>,
        by: Actor,
    },
}

impl DomainEvent for PayrollBatchEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "payroll_batch.opened",
            Self::RowPaid(_) => "payroll_batch.row_paid",
            Self::RowRefused { .. } => "payroll_batch.row_refused",
            Self::MoneyReceived { .. } => "payroll_batch.money_received",
            Self::MoneyReleased { .. } => "payroll_batch.money_released",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
