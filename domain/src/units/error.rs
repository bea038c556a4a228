use thiserror::Error;

/// Why a text or number is not the value it was meant to be. `what` names the value for the user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    #[error("{what}不能为空")]
    Empty { what: &'static str },
    #[error("{what}过长，最多 {max} 个字符")]
    TooLong { what: &'static str, max: usize },
    #[error("{what}只能包含字母、数字和 - _ . /")]
    BadCharacter { what: &'static str },
    #[error("{what}不是有效的数字")]
    NotANumber { what: &'static str },
    #[error("{what}最多保留 {places} 位小数")]
    TooPrecise { what: &'static str, places: u32 },
    #[error("{what}超出允许范围")]
    OutOfRange { what: &'static str },
    #[error("{what}不能为负数")]
    Negative { what: &'static str },
    #[error("{what}必须大于零")]
    NotPositive { what: &'static str },
    #[error("{what}的格式不正确")]
    BadFormat { what: &'static str },
    #[error("期间的结束日期必须晚于开始日期")]
    EmptyPeriod,
}

impl ValueError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "VALUE_EMPTY",
            Self::TooLong { .. } => "VALUE_TOO_LONG",
            Self::BadCharacter { .. } => "VALUE_BAD_CHARACTER",
            Self::NotANumber { .. } => "VALUE_NOT_A_NUMBER",
            Self::TooPrecise { .. } => "VALUE_TOO_PRECISE",
            Self::OutOfRange { .. } => "VALUE_OUT_OF_RANGE",
            Self::Negative { .. } => "VALUE_NEGATIVE",
            Self::NotPositive { .. } => "VALUE_NOT_POSITIVE",
            Self::BadFormat { .. } => "VALUE_BAD_FORMAT",
            Self::EmptyPeriod => "VALUE_EMPTY_PERIOD",
        }
    }
}
