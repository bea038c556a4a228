use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{PREFIX_LENGTH_MAX, REASON_LENGTH_MAX, SHEETS_MAX};
use crate::units::{ReceiptNo, StockNo};

/// Why a bundle of paper refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptStockError {
    #[error("票据本 {0} 不存在")]
    Unknown(StockNo),
    #[error("票据本不存在")]
    Absent,
    #[error("票据本 {0} 已经领用")]
    AlreadyIssued(StockNo),
    #[error(
        "票据号段须由小到大，每本最多 {SHEETS_MAX} 份，位数容得下最大号，前缀最多 {PREFIX_LENGTH_MAX} 个字符"
    )]
    RangeInvalid,
    #[error("号段中有票据号已经领用")]
    NumberTaken,
    #[error("票据本 {0} 不是您领用的")]
    NotYours(StockNo),
    #[error("票据本 {0} 已经缴销")]
    AlreadyReturned(StockNo),
    #[error("票据号 {0} 不在本册内")]
    NotInBundle(u32),
    #[error("票据 {0} 已经使用")]
    AlreadyUsed(String),
    #[error("票据 {0} 已经作废")]
    AlreadySpoiled(String),
    #[error("收据 {0} 已经打印在其他票据上，请先作废该票据")]
    ReceiptOnPaper(ReceiptNo),
    #[error("票据不能缴销给领用人本人")]
    ReturnedToCashier,
    #[error("请说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for ReceiptStockError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "STOCK_UNKNOWN",
            Self::AlreadyIssued(_) => "STOCK_ALREADY_ISSUED",
            Self::RangeInvalid => "STOCK_RANGE_INVALID",
            Self::NumberTaken => "STOCK_NUMBER_TAKEN",
            Self::NotYours(_) => "STOCK_NOT_YOURS",
            Self::AlreadyReturned(_) => "STOCK_ALREADY_RETURNED",
            Self::NotInBundle(_) => "STOCK_NOT_IN_BUNDLE",
            Self::AlreadyUsed(_) => "STOCK_ALREADY_USED",
            Self::AlreadySpoiled(_) => "STOCK_ALREADY_SPOILED",
            Self::ReceiptOnPaper(_) => "STOCK_RECEIPT_ON_PAPER",
            Self::ReturnedToCashier => "STOCK_RETURNED_TO_CASHIER",
            Self::ReasonInvalid => "STOCK_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_)
            | Self::Absent
            | Self::AlreadyIssued(_)
            | Self::NotYours(_)
            | Self::AlreadyReturned(_) => Some("stockNo"),
            Self::RangeInvalid | Self::NumberTaken => Some("first"),
            Self::NotInBundle(_) | Self::AlreadyUsed(_) | Self::AlreadySpoiled(_) => Some("number"),
            Self::ReceiptOnPaper(_) => Some("receiptNo"),
            Self::ReasonInvalid => Some("reason"),
            Self::ReturnedToCashier => None,
        }
    }
}
