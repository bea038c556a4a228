use std::fmt;
use std::str::FromStr;

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, CampusId, ValueError};

const DIGITS_MIN: usize = 6;

/// Batches are numbered through, `RE000001` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReadingBatchId(u32);

impl ReadingBatchId {
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ReadingBatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RE{:06}", self.0)
    }
}

impl FromStr for ReadingBatchId {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let digits = text.trim().strip_prefix("RE");
        digits
            .filter(|digits| digits.len() >= DIGITS_MIN)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or(ValueError::BadFormat {
                what: "导出批次号"
            })
    }
}

impl TryFrom<String> for ReadingBatchId {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<ReadingBatchId> for String {
    fn from(batch: ReadingBatchId) -> Self {
        batch.to_string()
    }
}

/// Everything up to `through_leaf` that was read in the month, or changed of it since, and is in no
/// earlier batch is in this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingBatchCreated {
    pub batch_id: ReadingBatchId,
    pub month: BillingMonth,
    /// None for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
    /// Position in the log; rows of later events wait for a later batch.
    pub through_leaf: i64,
    pub row_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReadingExportEvent {
    BatchCreated(ReadingBatchCreated),
}

impl DomainEvent for ReadingExportEvent {
    fn event_type(&self) -> String {
        match self {
            Self::BatchCreated(_) => "reading_export.batch_created",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
