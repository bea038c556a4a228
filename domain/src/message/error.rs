use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;

/// Why nothing is done about a message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    #[error("该消息没有发送失败，无需处理")]
    NotLost,
    #[error("该消息已经重发过")]
    AlreadyResent,
    #[error("该消息已经处理过")]
    AlreadySettled,
    #[error("验证码不能重发，请收信人重新获取")]
    CodeNotResent,
    #[error("收信人的个人信息已删除")]
    Erased,
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for MessageError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotLost => "MESSAGE_NOT_LOST",
            Self::AlreadyResent => "MESSAGE_ALREADY_RESENT",
            Self::AlreadySettled => "MESSAGE_ALREADY_SETTLED",
            Self::CodeNotResent => "MESSAGE_CODE_NOT_RESENT",
            Self::Erased => "MESSAGE_ERASED",
            Self::ReasonInvalid => "MESSAGE_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::ReasonInvalid => "reason",
            _ => "messageId",
        })
    }
}
