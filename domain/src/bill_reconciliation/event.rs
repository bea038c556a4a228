use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, CampusId, Fen, FileHash, ReconciliationId};

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconciledKind {
    /// They have a bill, we have none.
    MissingHere,
    /// We have a bill, they have none.
    MissingThere,
    /// The bills ask for different amounts.
    Amount,
    /// More of it is open there: money taken here is not booked there.
    OpenThere,
    /// More of it is open here: money taken there is not known here.
    OpenHere,
}

impl ReconciledKind {
    pub const ALL: [Self; 5] = [
        Self::MissingHere,
        Self::MissingThere,
        Self::Amount,
        Self::OpenThere,
        Self::OpenHere,
    ];

    /// The name used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::Amount => "amount",
            Self::OpenThere => "open_there",
            Self::OpenHere => "open_here",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::MissingHere => "收费系统有、本系统无",
            Self::MissingThere => "本系统有、收费系统无",
            Self::Amount => "金额不符",
            Self::OpenThere => "本系统已收、收费系统未销",
            Self::OpenHere => "收费系统已销、本系统未缴",
        }
    }
}

/// One difference, for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledDifference {
    pub kind: ReconciledKind,
    /// As the file has it, or as we have it.
    pub account_no: String,
    pub month: BillingMonth,
    /// What the bill asks for there, late fee included; none where there is no bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<Fen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<Fen>,
    /// What is open of it there; none where the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_there: Option<Fen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_here: Option<Fen>,
}

/// What some bills come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillSums {
    pub bills: u32,
    /// What they ask for, late fees included.
    pub asked: Fen,
    pub open: Fen,
}

/// A list is compared; again when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationBegun {
    pub reconciliation_id: ReconciliationId,
    pub file_name: String,
    pub file: FileHash,
    /// How often it was compared, this time included.
    pub run: u32,
    /// The months of its bills.
    pub months: Vec<BillingMonth>,
    /// Whose accounts it has; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campus: Option<CampusId>,
}

/// Some of the bills of either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillsCompared {
    pub run: u32,
    pub there: BillSums,
    pub here: BillSums,
    /// Bills that agree.
    pub agreed: u32,
    pub differences: Vec<ReconciledDifference>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BillReconciliationEvent {
    Begun(ReconciliationBegun),
    Compared(BillsCompared),
    /// Every bill of both sides was compared.
    Finished {
        run: u32,
    },
}

impl DomainEvent for BillReconciliationEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Begun(_) => "bill_reconciliation.begun",
            Self::Compared(_) => "bill_reconciliation.compared",
            Self::Finished { .. } => "bill_reconciliation.finished",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
