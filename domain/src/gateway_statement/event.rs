use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{Fen, FileHash};

/// Whether money came or went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Payment,
    Refund,
}

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The gateway has it, we do not.
    MissingHere,
    /// We have it, the gateway does not.
    MissingThere,
    Amount,
    /// The same order under another number of the gateway's.
    Transaction,
    /// Of another merchant.
    Merchant,
    /// A number that comes twice in the file.
    Repeated,
}

impl DifferenceKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::MissingHere => "平台有、本系统无",
            Self::MissingThere => "本系统有、平台无",
            Self::Amount => "金额不符",
            Self::Transaction => "支付流水号不符",
            Self::Merchant => "商户号不符",
            Self::Repeated => "对账单内重复",
        }
    }
}

/// One difference, for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub kind: DifferenceKind,
    /// Of the file; none for what is missing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub row: RowKind,
    /// As the file has it, or as we have it.
    pub order_no: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<Fen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<Fen>,
}

/// What a side of the comparison adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementSums {
    pub rows: u32,
    pub paid: Fen,
    pub refunded: Fen,
}

/// A file was compared; again when it comes again or more is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCompared {
    pub channel: String,
    pub merchant: String,
    pub day: NaiveDate,
    pub file: FileHash,
    pub there: StatementSums,
    /// Of the file's rows, those that agree.
    pub agreed: StatementSums,
    pub differences: Vec<Difference>,
    pub compared_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GatewayStatementEvent {
    Compared(StatementCompared),
}

impl DomainEvent for GatewayStatementEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Compared(_) => "gateway_statement.compared",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
