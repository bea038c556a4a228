use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::ReceiptNo;

/// Why a receipt book refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptError {
    #[error("票据本已经启用")]
    BookAlreadyOpen,
    #[error("票据本未启用或已经结转")]
    BookNotOpen,
    #[error("校区编号过长，无法编制票据号")]
    CampusTooLong,
    #[error("本年度票据号已经用完")]
    NumbersUsedUp,
    #[error("收据 {0} 不存在")]
    Unknown(ReceiptNo),
}

impl BusinessError for ReceiptError {
    fn code(&self) -> &'static str {
        match self {
            Self::BookAlreadyOpen => "RECEIPT_BOOK_ALREADY_OPEN",
            Self::BookNotOpen => "RECEIPT_BOOK_NOT_OPEN",
            Self::CampusTooLong => "RECEIPT_CAMPUS_TOO_LONG",
            Self::NumbersUsedUp => "RECEIPT_NUMBERS_USED_UP",
            Self::Unknown(_) => "RECEIPT_UNKNOWN",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::CampusTooLong => Some("campusId"),
            Self::Unknown(_) => Some("receiptNo"),
            Self::BookAlreadyOpen | Self::BookNotOpen | Self::NumbersUsedUp => None,
        }
    }
}
