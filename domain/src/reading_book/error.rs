use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{METERS_MAX, NAME_LENGTH, REASON_LENGTH};

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadingBookError {
    #[error("没有这个抄表册")]
    NotFound,
    #[error("该抄表册已经建立")]
    AlreadyOpened,
    #[error("该抄表册已经停用")]
    Closed,
    #[error("抄表册名称不能为空，且最多 {NAME_LENGTH} 个字")]
    NameInvalid,
    #[error("抄表册至少要有一块表")]
    NoMeters,
    #[error("一册最多 {METERS_MAX} 块表")]
    TooManyMeters,
    #[error("同一块表在册中出现了两次")]
    MeterTwice,
    #[error("没有这块表")]
    MeterNotFound,
    #[error("排序应恰好包含册中的每一块表")]
    OrderIncomplete,
    #[error("抄表期限应在 0 到 120 天之间")]
    DueDaysOutOfRange,
    #[error("半月一抄的首次日期应在每月 1 日到 15 日之间")]
    HalfMonthStart,
    #[error("抄表日期超出允许范围")]
    NoNextStart,
    #[error("代抄的结束日期不能早于开始日期")]
    SubstituteUntilBeforeFrom,
    #[error("代抄原因最多 {REASON_LENGTH} 个字")]
    ReasonTooLong,
    #[error("只能调整自己负责的抄表册")]
    NotYourBook,
    #[error("还没有到这一轮的抄表日期，或者这一轮已经开始")]
    NotDue,
}

impl BusinessError for ReadingBookError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "BOOK_NOT_FOUND",
            Self::AlreadyOpened => "BOOK_ALREADY_OPENED",
            Self::Closed => "BOOK_CLOSED",
            Self::NameInvalid => "BOOK_NAME_INVALID",
            Self::NoMeters => "BOOK_HAS_NO_METERS",
            Self::TooManyMeters => "BOOK_TOO_MANY_METERS",
            Self::MeterTwice => "BOOK_METER_TWICE",
            Self::MeterNotFound => "BOOK_METER_NOT_FOUND",
            Self::OrderIncomplete => "BOOK_ORDER_INCOMPLETE",
            Self::DueDaysOutOfRange => "BOOK_DUE_DAYS_OUT_OF_RANGE",
            Self::HalfMonthStart => "BOOK_HALF_MONTH_START",
            Self::NoNextStart => "BOOK_NO_NEXT_START",
            Self::SubstituteUntilBeforeFrom => "BOOK_SUBSTITUTE_UNTIL_BEFORE_FROM",
            Self::ReasonTooLong => "BOOK_REASON_TOO_LONG",
            Self::NotYourBook => "BOOK_NOT_YOURS",
            Self::NotDue => "BOOK_NOT_DUE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound | Self::AlreadyOpened | Self::Closed | Self::NotYourBook => "book",
            Self::NameInvalid => "name",
            Self::NoMeters
            | Self::TooManyMeters
            | Self::MeterTwice
            | Self::MeterNotFound
            | Self::OrderIncomplete => "meterNos",
            Self::DueDaysOutOfRange => "dueDays",
            Self::HalfMonthStart | Self::NoNextStart => "firstOn",
            Self::SubstituteUntilBeforeFrom => "until",
            Self::ReasonTooLong => "reason",
            Self::NotDue => "startsOn",
        })
    }
}
