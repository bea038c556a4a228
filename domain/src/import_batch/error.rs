use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::ValueError;

/// Why an import does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportBatchError {
    #[error("文件没有数据行")]
    NoRows,
    #[error("该文件没有正在进行的导入")]
    NotRunning,
    #[error("该文件正由另一处导入，本次停止；已通过的行不会重复")]
    MovedOn,
    #[error("没有这个导入批次，或其导入尚未完成")]
    NotFinished,
    #[error("只有读数文件可以这样撤回")]
    NotReadings,
    #[error("该批次已撤回或正在撤回")]
    UndoUnderWay,
    #[error("该批次没有待批准的撤回申请")]
    NoUndoRequested,
    #[error("撤回须由另一人批准")]
    UndoNeedsAnotherPerson,
    #[error("{0}")]
    Reason(ValueError),
}

impl BusinessError for ImportBatchError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoRows => "IMPORT_BATCH_NO_ROWS",
            Self::NotRunning => "IMPORT_BATCH_NOT_RUNNING",
            Self::MovedOn => "IMPORT_BATCH_MOVED_ON",
            Self::NotFinished => "IMPORT_BATCH_NOT_FINISHED",
            Self::NotReadings => "IMPORT_BATCH_NOT_READINGS",
            Self::UndoUnderWay => "IMPORT_BATCH_UNDO_UNDER_WAY",
            Self::NoUndoRequested => "IMPORT_BATCH_NO_UNDO_REQUESTED",
            Self::UndoNeedsAnotherPerson => "IMPORT_BATCH_UNDO_NEEDS_ANOTHER_PERSON",
            Self::Reason(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Reason(_) => Some("reason"),
            Self::NotFinished | Self::NotReadings | Self::UndoUnderWay | Self::NoUndoRequested => {
                Some("batchId")
            }
            Self::NoRows | Self::NotRunning | Self::MovedOn | Self::UndoNeedsAnotherPerson => None,
        }
    }
}
