use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{REASON_LENGTH_MAX, SHARES_MAX};
use super::process::LINES_MAX;
use crate::units::{BankReference, Fen, PaymentId};

/// Why a line of the bank's statement refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BankLineError {
    #[error("银行流水 {0} 不存在")]
    Unknown(BankReference),
    #[error("银行流水不存在")]
    Absent,
    #[error("银行流水 {0} 已经录入，内容不一致")]
    Contradicts(BankReference),
    #[error("银行流水金额必须大于零")]
    NotPositive,
    #[error("每次录入 1 至 {LINES_MAX} 条银行流水")]
    LinesInvalid,
    #[error("银行流水 {bank_reference} 已入账为缴费 {payment_id}，不能再用")]
    AlreadyBooked {
        bank_reference: BankReference,
        payment_id: PaymentId,
    },
    #[error("银行流水 {0} 已对应工资代扣批次，不能再用")]
    AlreadyMatched(BankReference),
    #[error("银行流水 {0} 没有对应工资代扣批次")]
    NotMatched(BankReference),
    #[error("请填 1 至 {SHARES_MAX} 个不同的代扣批次，金额均大于零，合计等于流水金额 {0}")]
    SharesInvalid(Fen),
    #[error("银行流水 {0} 的款项已被银行退回")]
    AlreadyReturned(BankReference),
    #[error("银行流水 {0} 没有入账为该笔缴费")]
    NotBooked(BankReference),
    #[error("银行退款流水号 {0} 已经用过")]
    ReturnReferenceUsed(BankReference),
    #[error("请说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for BankLineError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "BANK_LINE_UNKNOWN",
            Self::Contradicts(_) => "BANK_LINE_CONTRADICTS",
            Self::NotPositive => "BANK_LINE_NOT_POSITIVE",
            Self::LinesInvalid => "BANK_LINES_INVALID",
            Self::AlreadyBooked { .. } => "BANK_LINE_ALREADY_BOOKED",
            Self::AlreadyMatched(_) => "BANK_LINE_ALREADY_MATCHED",
            Self::NotMatched(_) => "BANK_LINE_NOT_MATCHED",
            Self::SharesInvalid(_) => "BANK_LINE_SHARES_INVALID",
            Self::AlreadyReturned(_) => "BANK_LINE_ALREADY_RETURNED",
            Self::NotBooked(_) => "BANK_LINE_NOT_BOOKED",
            Self::ReturnReferenceUsed(_) => "BANK_RETURN_REFERENCE_USED",
            Self::ReasonInvalid => "BANK_LINE_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::LinesInvalid | Self::Contradicts(_) | Self::NotPositive => Some("lines"),
            Self::ReturnReferenceUsed(_) => Some("returnReference"),
            Self::ReasonInvalid => Some("reason"),
            Self::SharesInvalid(_) => Some("batches"),
            Self::Unknown(_)
            | Self::Absent
            | Self::AlreadyBooked { .. }
            | Self::AlreadyMatched(_)
            | Self::NotMatched(_)
            | Self::AlreadyReturned(_)
            | Self::NotBooked(_) => Some("bankReference"),
        }
    }
}
