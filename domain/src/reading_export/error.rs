use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::event::ReadingBatchId;

/// Why a batch is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadingExportError {
    #[error("没有可导出的新抄表数据")]
    NothingNew,
    #[error("统计期间已生成批次 {0}，请重新统计后再导出")]
    CountedBefore(ReadingBatchId),
}

impl BusinessError for ReadingExportError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingNew => "READING_EXPORT_NOTHING_NEW",
            Self::CountedBefore(_) => "READING_EXPORT_COUNTED_BEFORE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NothingNew => Some("month"),
            Self::CountedBefore(_) => None,
        }
    }
}
