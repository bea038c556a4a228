use chaobiao_decision::BusinessError;
use thiserror::Error;

/// Why a roster refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RosterError {
    #[error("预约时段不存在")]
    SlotUnknown,
    #[error("该时段已被预约")]
    SlotTaken,
    #[error("该时段已开始，请选择以后的时段")]
    SlotOver,
    #[error("该时段不属于所选校区")]
    OtherCampus,
    #[error("当天已有预约，不能取消其时段")]
    SlotBooked,
    #[error("时段必须先开始后结束，按先后排列且互不重叠")]
    SpansInvalid,
    #[error("该工作人员没有上门服务的权限")]
    StaffNotAllowed,
}

impl BusinessError for RosterError {
    fn code(&self) -> &'static str {
        match self {
            Self::SlotUnknown => "ROSTER_SLOT_UNKNOWN",
            Self::SlotTaken => "ROSTER_SLOT_TAKEN",
            Self::SlotOver => "ROSTER_SLOT_OVER",
            Self::OtherCampus => "ROSTER_OTHER_CAMPUS",
            Self::SlotBooked => "ROSTER_SLOT_BOOKED",
            Self::SpansInvalid => "ROSTER_SPANS_INVALID",
            Self::StaffNotAllowed => "ROSTER_STAFF_NOT_ALLOWED",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::SlotUnknown | Self::SlotTaken | Self::SlotOver | Self::OtherCampus => "slotId",
            Self::SlotBooked | Self::SpansInvalid => "slots",
            Self::StaffNotAllowed => "login",
        })
    }
}
