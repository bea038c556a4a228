use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::event::ExportBatchId;

/// Why a batch is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaymentExportError {
    #[error("没有可导出的新缴费记录")]
    NothingNew,
    #[error("统计期间已生成批次 {0}，请重新统计后再导出")]
    CountedBefore(ExportBatchId),
}

impl BusinessError for PaymentExportError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingNew => "PAYMENT_EXPORT_NOTHING_NEW",
            Self::CountedBefore(_) => "PAYMENT_EXPORT_COUNTED_BEFORE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NothingNew => Some("month"),
            Self::CountedBefore(_) => None,
        }
    }
}
