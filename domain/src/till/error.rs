use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use crate::units::TillId;

/// Why a till refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TillError {
    #[error("钱箱 {0} 不存在，当天没有收款")]
    Unknown(TillId),
    #[error("钱箱不存在")]
    Absent,
    #[error("钱箱 {0} 已经日结，不能再记账")]
    Closed(TillId),
    #[error("钱箱 {0} 尚未日结")]
    NotSigned(TillId),
    #[error("钱箱 {0} 的日结已经复核")]
    AlreadyApproved(TillId),
    #[error("日结由收费员本人签字")]
    NotYours,
    #[error("日结须由收费员以外的人复核")]
    ApprovedByCashier,
    #[error("清点金额不能为负")]
    CountNegative,
    #[error("每种收款方式只填一个清点金额")]
    CountTwice,
    #[error("清点金额与系统不符（差额 {0} 元），请说明原因")]
    DifferenceUnexplained(crate::units::Fen),
    #[error("请说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for TillError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "TILL_UNKNOWN",
            Self::Closed(_) => "TILL_CLOSED",
            Self::NotSigned(_) => "TILL_NOT_SIGNED",
            Self::AlreadyApproved(_) => "TILL_ALREADY_APPROVED",
            Self::NotYours => "TILL_NOT_YOURS",
            Self::ApprovedByCashier => "TILL_APPROVED_BY_CASHIER",
            Self::CountNegative => "TILL_COUNT_NEGATIVE",
            Self::CountTwice => "TILL_COUNT_TWICE",
            Self::DifferenceUnexplained(_) => "TILL_DIFFERENCE_UNEXPLAINED",
            Self::ReasonInvalid => "TILL_REASON_INVALID",
            Self::Overflow => "TILL_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_)
            | Self::Absent
            | Self::NotSigned(_)
            | Self::AlreadyApproved(_)
            | Self::NotYours => Some("tillId"),
            Self::CountNegative | Self::CountTwice => Some("counted"),
            Self::DifferenceUnexplained(_) | Self::ReasonInvalid => Some("reason"),
            Self::Closed(_) | Self::ApprovedByCashier | Self::Overflow => None,
        }
    }
}
