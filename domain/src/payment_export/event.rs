use std::fmt;
use std::str::FromStr;

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, Fen, ValueError};

/// Which month of a row a batch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportBasis {
    BillMonth,
    PaidMonth,
}

impl ExportBasis {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BillMonth => "bill_month",
            Self::PaidMonth => "paid_month",
        }
    }
}

/// Batches are numbered through, `PE000001` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExportBatchId(u32);

impl ExportBatchId {
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ExportBatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PE{:06}", self.0)
    }
}

impl FromStr for ExportBatchId {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let digits = text
            .trim()
            .strip_prefix("PE")
            .filter(|digits| digits.len() >= 6);
        digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or(ValueError::BadFormat {
                what: "导出批次号"
            })
    }
}

impl TryFrom<String> for ExportBatchId {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<ExportBatchId> for String {
    fn from(batch: ExportBatchId) -> Self {
        batch.to_string()
    }
}

/// Every row up to `through_leaf` that is for the month and in no earlier batch is in this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportBatchCreated {
    pub batch_id: ExportBatchId,
    pub basis: ExportBasis,
    pub month: BillingMonth,
    /// Position in the log; rows of later events wait for a later batch.
    pub through_leaf: i64,
    pub row_count: u32,
    pub total: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PaymentExportEvent {
    BatchCreated(ExportBatchCreated),
}

impl DomainEvent for PaymentExportEvent {
    fn event_type(&self) -> String {
        match self {
            Self::BatchCreated(_) => "payment_export.batch_created".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
