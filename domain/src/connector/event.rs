use chaobiao_decision::Actor;
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::settings::ConnectorSettings;
use crate::units::{ConnectorId, FileHash, ImportBatchId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorRegistered {
    pub connector_id: ConnectorId,
    pub settings: ConnectorSettings,
    pub at: DateTime<Utc>,
    pub by: Actor,
}

/// What the rows of a file came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRows {
    pub accepted: u32,
    /// Taken in, and waiting for a person to look at them.
    pub held: u32,
    /// Known before.
    pub unchanged: u32,
    pub refused: u32,
}

/// A file a run has brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    pub file_name: String,
    pub file_hash: FileHash,
    pub batch_id: ImportBatchId,
    pub rows: FileRows,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunOutcome {
    Imported {
        files: Vec<ImportedFile>,
    },
    /// No file, or the one of the last time.
    NothingNew,
    /// What came before the failure stays.
    Failed {
        reason: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<ImportedFile>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConnectorEvent {
    Registered(Box<ConnectorRegistered>),
    Changed {
        settings: Box<ConnectorSettings>,
        at: DateTime<Utc>,
        by: Actor,
    },
    Paused {
        reason: String,
        at: DateTime<Utc>,
        by: Actor,
    },
    Resumed {
        at: DateTime<Utc>,
        by: Actor,
    },
    /// Somebody does not want to wait until it is due.
    RunRequested {
        at: DateTime<Utc>,
        by: Actor,
    },
    /// By one node.
    RunStarted {
        run: u32,
        node: String,
        at: DateTime<Utc>,
    },
    RunEnded {
        run: u32,
        outcome: RunOutcome,
        at: DateTime<Utc>,
    },
}

impl DomainEvent for ConnectorEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "connector.registered",
            Self::Changed { .. } => "connector.changed",
            Self::Paused { .. } => "connector.paused",
            Self::Resumed { .. } => "connector.resumed",
            Self::RunRequested { .. } => "connector.run_requested",
            Self::RunStarted { .. } => "connector.run_started",
            Self::RunEnded { .. } => "connector.run_ended",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
