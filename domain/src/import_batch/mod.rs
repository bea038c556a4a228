//! 导入批次: what became of a file, row by row, from its first chunk to its last (R19, R82).
//!
//! The rows themselves are commands of other capabilities. This stream keeps which file they came
//! from, how far it was taken in, and which rows were refused and why, so that an interrupted
//! import is carried on and an old one can be explained.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;
mod undo;

pub use aggregate::{ImportBatch, ImportRun, ImportUndo};
pub use command::ImportBatchCommand;
pub use error::ImportBatchError;
pub use event::{
    ImportAdvanced, ImportBatchEvent, ImportKind, ImportStarted, KeptReading, RefusedRow,
    RowCounts, UndoAdvanced,
};
pub use process::{AdvanceImport, StartImport, StartedImport};
pub use undo::{
    ApproveImportUndo, ImportChanged, ImportedReading, RequestImportUndo, UNDO_STEP,
    WithdrawImported, is_of_readings,
};
