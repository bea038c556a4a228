use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{FileHash, ImportBatchId, MeterNo, ReadingId};

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    Meters,
    Accounts,
    /// Which account pays for which meter.
    Assignments,
    HandheldReadings,
    PlatformReadings,
    RemoteReadings,
    UsageHistory,
    /// 工资代扣: what the payroll office has deducted.
    PayrollResults,
    ChargingSystemBills,
}

impl ImportKind {
    pub const ALL: [Self; 9] = [
        Self::Meters,
        Self::Accounts,
        Self::Assignments,
        Self::HandheldReadings,
        Self::PlatformReadings,
        Self::RemoteReadings,
        Self::UsageHistory,
        Self::PayrollResults,
        Self::ChargingSystemBills,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Meters => "meters",
            Self::Accounts => "accounts",
            Self::Assignments => "assignments",
            Self::HandheldReadings => "handheld_readings",
            Self::PlatformReadings => "platform_readings",
            Self::RemoteReadings => "remote_readings",
            Self::UsageHistory => "usage_history",
            Self::PayrollResults => "payroll_results",
            Self::ChargingSystemBills => "charging_system_bills",
        }
    }
}

/// What rows came to, by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    pub accepted: u32,
    /// Taken in, and waiting for a person to look at them.
    pub held: u32,
    /// Known before.
    pub unchanged: u32,
    pub refused: u32,
}

impl RowCounts {
    /// What both came to; at the type's limit it stays there.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted.saturating_add(other.accepted),
            held: self.held.saturating_add(other.held),
            unchanged: self.unchanged.saturating_add(other.unchanged),
            refused: self.refused.saturating_add(other.refused),
        }
    }

    pub const fn rows(self) -> u32 {
        self.accepted
            .saturating_add(self.held)
            .saturating_add(self.unchanged)
            .saturating_add(self.refused)
    }
}

/// A row nothing was written for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// As a person sees it in an editor or spreadsheet, from 1.
    pub row: u32,
    /// The number of the meter or account, where the row named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The broken rule by name.
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportStarted {
    pub batch_id: ImportBatchId,
    pub kind: ImportKind,
    pub file_name: String,
    pub file_hash: FileHash,
    /// The same file may be taken in again, once the reasons of refused rows are gone.
    pub run: u32,
    /// Rows of data, the heading not counted.
    pub row_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportAdvanced {
    pub run: u32,
    /// Every row up to this one has its verdict.
    pub through_row: u32,
    /// Of the rows since the last time.
    pub counts: RowCounts,
    pub refused: Vec<RefusedRow>,
}

/// A reading that stays although its file is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReading {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    /// The broken rule by name.
    pub code: String,
}

/// What became of the next readings of a file that is taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoAdvanced {
    /// How many readings have been dealt with, these included.
    pub through: u32,
    pub withdrawn: u32,
    pub kept: Vec<KeptReading>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ImportBatchEvent {
    Started(ImportStarted),
    Advanced(ImportAdvanced),
    Finished {
        run: u32,
        counts: RowCounts,
    },
    /// Somebody asks for the file's readings to be taken back.
    UndoRequested {
        reason: String,
        requested_by: Actor,
    },
    /// Another person agrees.
    UndoApproved {
        approved_by: Actor,
    },
    UndoAdvanced(UndoAdvanced),
    UndoFinished {
        withdrawn: u32,
        kept: u32,
    },
}

impl DomainEvent for ImportBatchEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Started(_) => "import_batch.started",
            Self::Advanced(_) => "import_batch.advanced",
            Self::Finished { .. } => "import_batch.finished",
            Self::UndoRequested { .. } => "import_batch.undo_requested",
            Self::UndoApproved { .. } => "import_batch.undo_approved",
            Self::UndoAdvanced(_) => "import_batch.undo_advanced",
            Self::UndoFinished { .. } => "import_batch.undo_finished",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
