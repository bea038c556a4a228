use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::NOTE_LENGTH_MAX;
use crate::units::Fen;

/// Why a clearing refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClearingError {
    #[error("两校区该月没有待清算款项")]
    NothingDue,
    #[error("待清算金额现为 {0} 元，与所填不符，请刷新后再办")]
    AmountDiffers(Fen),
    #[error("备注最多 {NOTE_LENGTH_MAX} 个字")]
    NoteTooLong,
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for ClearingError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingDue => "CLEARING_NOTHING_DUE",
            Self::AmountDiffers(_) => "CLEARING_AMOUNT_DIFFERS",
            Self::NoteTooLong => "CLEARING_NOTE_TOO_LONG",
            Self::Overflow => "CLEARING_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::AmountDiffers(_) | Self::Overflow => Some("amount"),
            Self::NoteTooLong => Some("note"),
            Self::NothingDue => None,
        }
    }
}
