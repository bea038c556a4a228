use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, BillingMonth, BillingRunId, CampusId, Fen};

/// What accounts came to, by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingCounts {
    /// Bills issued.
    pub billed: u32,
    /// What they ask for.
    pub total: Fen,
    /// Without new readings.
    pub nothing_to_bill: u32,
    /// The bill of the month was issued before.
    pub already_billed: u32,
    /// Charged by the reading, not by the month.
    pub prepaid: u32,
    /// Billed by the charging system.
    pub billed_there: u32,
    /// Somebody should look at them.
    pub refused: u32,
}

impl BillingCounts {
    /// What both came to; `None` where the money is more than there is room for.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            billed: self.billed.saturating_add(other.billed),
            total: self.total.checked_add(other.total)?,
            nothing_to_bill: self.nothing_to_bill.saturating_add(other.nothing_to_bill),
            already_billed: self.already_billed.saturating_add(other.already_billed),
            prepaid: self.prepaid.saturating_add(other.prepaid),
            billed_there: self.billed_there.saturating_add(other.billed_there),
            refused: self.refused.saturating_add(other.refused),
        })
    }

    /// How many accounts have their verdict.
    pub const fn accounts(self) -> u32 {
        self.billed
            .saturating_add(self.nothing_to_bill)
            .saturating_add(self.already_billed)
            .saturating_add(self.prepaid)
            .saturating_add(self.billed_there)
            .saturating_add(self.refused)
    }
}

/// An account that could not be billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedAccount {
    pub account_no: AccountNo,
    /// The broken rule by name.
    pub code: String,
    /// As it was said then.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingRunStarted {
    pub run_id: BillingRunId,
    pub month: BillingMonth,
    /// None for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
    /// Each once, in order; empty for every account that may have something to be billed.
    pub accounts: Vec<AccountNo>,
    /// Without one, as many days from each bill's own as the tariffs give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// How many accounts there were when it began. Some may come or go while it runs.
    pub expected: u32,
    /// The author of its bills.
    pub started_by: Actor,
    pub started_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingRunAdvanced {
    /// The last account that has its verdict.
    pub through: AccountNo,
    /// Of the accounts since the last time.
    pub counts: BillingCounts,
    /// The first accounts of the run without new readings.
    pub unread: Vec<AccountNo>,
    /// The first accounts of the run that somebody should look at.
    pub refusals: Vec<RefusedAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BillingRunEvent {
    Started(BillingRunStarted),
    Advanced(BillingRunAdvanced),
    Finished { counts: BillingCounts },
}

impl DomainEvent for BillingRunEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Started(_) => "billing_run.started",
            Self::Advanced(_) => "billing_run.advanced",
            Self::Finished { .. } => "billing_run.finished",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
