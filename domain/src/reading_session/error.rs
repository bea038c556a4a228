use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::TEXT_LENGTH;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadingSessionError {
    #[error("没有这份抄表日志")]
    NotFound,
    #[error("该抄表日志已经开始")]
    AlreadyStarted,
    #[error("该抄表日志已经结束")]
    Finished,
    #[error("抄表日志由工作人员填写")]
    StaffOnly,
    #[error("只能填写自己的抄表日志")]
    NotYours,
    #[error("日志内容不能为空，且最多 {TEXT_LENGTH} 个字")]
    TextInvalid,
    #[error("时间不能早于日志开始的时间")]
    BeforeStart,
    #[error("日志开始时间不能晚于现在")]
    InFuture,
}

impl BusinessError for ReadingSessionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "SESSION_NOT_FOUND",
            Self::AlreadyStarted => "SESSION_ALREADY_STARTED",
            Self::Finished => "SESSION_FINISHED",
            Self::StaffOnly => "SESSION_STAFF_ONLY",
            Self::NotYours => "SESSION_NOT_YOURS",
            Self::TextInvalid => "SESSION_TEXT_INVALID",
            Self::BeforeStart => "SESSION_BEFORE_START",
            Self::InFuture => "SESSION_IN_FUTURE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound | Self::AlreadyStarted | Self::Finished | Self::NotYours => {
                Some("sessionId")
            }
            Self::TextInvalid => Some("text"),
            Self::BeforeStart => Some("at"),
            Self::InFuture => Some("startedAt"),
            Self::StaffOnly => None,
        }
    }
}
