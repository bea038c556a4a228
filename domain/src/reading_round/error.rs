use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::ValueError;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadingRoundError {
    #[error("没有这个抄表批次")]
    NotFound,
    #[error("该抄表册本月的批次已经开立")]
    AlreadyOpened,
    #[error("该抄表册没有可抄的表")]
    NoMeters,
    #[error("同一块表在批次中出现了两次")]
    MeterTwice,
    #[error("截止日期不能早于开立日期")]
    DueBeforeOpening,
    #[error("该抄表批次已经结束")]
    Closed,
    #[error("该表不在这个抄表批次中")]
    MeterNotInRound,
    #[error("没有待处理的离线抄表冲突")]
    ConflictNotFound,
    #[error("上门时间不能晚于现在")]
    VisitInFuture,
    #[error("选择其他原因时请填写说明")]
    NoteRequired,
    #[error("{0}")]
    Note(ValueError),
}

impl BusinessError for ReadingRoundError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "ROUND_NOT_FOUND",
            Self::AlreadyOpened => "ROUND_ALREADY_OPENED",
            Self::NoMeters => "ROUND_HAS_NO_METERS",
            Self::MeterTwice => "ROUND_METER_TWICE",
            Self::DueBeforeOpening => "ROUND_DUE_BEFORE_OPENING",
            Self::Closed => "ROUND_CLOSED",
            Self::MeterNotInRound => "ROUND_METER_NOT_IN_ROUND",
            Self::ConflictNotFound => "ROUND_CONFLICT_NOT_FOUND",
            Self::VisitInFuture => "ROUND_VISIT_IN_FUTURE",
            Self::NoteRequired => "ROUND_NOTE_REQUIRED",
            Self::Note(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound | Self::Closed => "roundId",
            Self::AlreadyOpened | Self::NoMeters => "book",
            Self::MeterTwice | Self::MeterNotInRound => "meterNo",
            Self::DueBeforeOpening => "dueOn",
            Self::ConflictNotFound => "itemId",
            Self::VisitInFuture => "visitedAt",
            Self::NoteRequired | Self::Note(_) => "note",
        })
    }
}
