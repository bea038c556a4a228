use chaobiao_decision::BusinessError;
use thiserror::Error;

/// Why an import does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ImportBatchError {
    #[error("文件没有数据行")]
    NoRows,
    #[error("该文件没有正在进行的导入")]
    NotRunning,
    #[error("该文件正由另一处导入，本次停止；已通过的行不会重复")]
    MovedOn,
}

impl BusinessError for ImportBatchError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoRows => "IMPORT_BATCH_NO_ROWS",
            Self::NotRunning => "IMPORT_BATCH_NOT_RUNNING",
            Self::MovedOn => "IMPORT_BATCH_MOVED_ON",
        }
    }
}
