use chaobiao_decision::Actor;

use super::event::{ImportAdvanced, ImportKind, UndoAdvanced};
use crate::units::{FileHash, ImportBatchId};

/// What may be asked of one file's import.
#[derive(Clone, Debug)]
pub enum ImportBatchCommand {
    /// Begins a run, or changes nothing when one is under way.
    Start {
        batch_id: ImportBatchId,
        kind: ImportKind,
        file_name: String,
        file_hash: FileHash,
        row_count: u32,
    },
    Advance {
        /// Where the rows of this step begin: after what the last step ended with.
        after_row: u32,
        step: ImportAdvanced,
        /// There is no row after these.
        last: bool,
    },
    RequestUndo {
        of_readings: bool,
        reason: String,
        requested_by: Actor,
    },
    ApproveUndo {
        approved_by: Actor,
    },
    AdvanceUndo {
        /// How many readings were dealt with before.
        after: u32,
        step: UndoAdvanced,
        last: bool,
    },
}
