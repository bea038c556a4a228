use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::TEXT_LENGTH_MAX;

/// Why an appointment refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AppointmentError {
    // The same for somebody else's: nobody may find out which there are.
    #[error("预约不存在")]
    Unknown,
    #[error("该预约已登记")]
    AlreadyRequested,
    #[error("请填写上门地点，最多 {TEXT_LENGTH_MAX} 个字")]
    PlaceInvalid,
    #[error("请填写说明，最多 {TEXT_LENGTH_MAX} 个字")]
    TextInvalid,
    #[error("户号未绑定，不能用于该预约")]
    AccountNotYours,
    #[error("该预约已完成或已取消")]
    Over,
    #[error("该预约还没有安排时段")]
    NotScheduled,
    #[error("该预约已确认")]
    AlreadyConfirmed,
    #[error("预约时间未到")]
    TooEarly,
    #[error("预约须由工作人员处理")]
    StaffOnly,
}

impl BusinessError for AppointmentError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "APPOINTMENT_UNKNOWN",
            Self::AlreadyRequested => "APPOINTMENT_ALREADY_REQUESTED",
            Self::PlaceInvalid => "APPOINTMENT_PLACE_INVALID",
            Self::TextInvalid => "APPOINTMENT_TEXT_INVALID",
            Self::AccountNotYours => "APPOINTMENT_ACCOUNT_NOT_YOURS",
            Self::Over => "APPOINTMENT_OVER",
            Self::NotScheduled => "APPOINTMENT_NOT_SCHEDULED",
            Self::AlreadyConfirmed => "APPOINTMENT_ALREADY_CONFIRMED",
            Self::TooEarly => "APPOINTMENT_TOO_EARLY",
            Self::StaffOnly => "APPOINTMENT_STAFF_ONLY",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::PlaceInvalid => Some("place"),
            Self::TextInvalid => Some("text"),
            Self::AccountNotYours => Some("accountNo"),
            Self::Unknown
            | Self::AlreadyRequested
            | Self::Over
            | Self::NotScheduled
            | Self::AlreadyConfirmed
            | Self::TooEarly => Some("appointmentId"),
            Self::StaffOnly => None,
        }
    }
}
