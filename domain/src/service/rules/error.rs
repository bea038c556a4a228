use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::aggregate::{REASON_LENGTH_MAX, REMINDER_MINUTES_MAX, REPLY_MINUTES_MAX};

/// Why rules of service are refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ServiceRulesError {
    #[error("生效日期必须晚于上一版本的 {last}")]
    NotLater { last: NaiveDate },
    #[error("请填写调整原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("答复时限应为 1 到 {REPLY_MINUTES_MAX} 分钟")]
    ReplyOutOfRange,
    #[error("预警时间不能超过答复时限")]
    WarningTooEarly,
    #[error("停供提醒最多提前 {REMINDER_MINUTES_MAX} 分钟")]
    ReminderTooEarly,
}

impl BusinessError for ServiceRulesError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotLater { .. } => "SERVICE_RULES_NOT_LATER",
            Self::ReasonInvalid => "SERVICE_RULES_REASON_INVALID",
            Self::ReplyOutOfRange => "SERVICE_RULES_REPLY_OUT_OF_RANGE",
            Self::WarningTooEarly => "SERVICE_RULES_WARNING_TOO_EARLY",
            Self::ReminderTooEarly => "SERVICE_RULES_REMINDER_TOO_EARLY",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotLater { .. } => "effectiveFrom",
            Self::ReasonInvalid => "reason",
            Self::ReplyOutOfRange => "reply.replyMinutes",
            Self::WarningTooEarly => "reply.warnMinutes",
            Self::ReminderTooEarly => "outageReminderMinutes",
        })
    }
}
