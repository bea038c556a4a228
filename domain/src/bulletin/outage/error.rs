use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::TEXT_LENGTH_MAX;

/// Why an outage notice refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OutageError {
    #[error("停供通知不存在")]
    Unknown,
    #[error("该停供通知已发布")]
    AlreadyPublished,
    #[error("请选择停水或停电")]
    NoCommodity,
    #[error("结束时间必须晚于开始时间")]
    TimesInvalid,
    #[error("结束时间已过")]
    AlreadyOver,
    #[error("请填写停供原因，最多 {TEXT_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("请填写楼栋，最多 {TEXT_LENGTH_MAX} 个字")]
    BuildingInvalid,
    #[error("楼栋、表计、户号只能选择一项")]
    AreaAmbiguous,
    #[error("延长后的结束时间必须晚于原结束时间")]
    NotLonger,
    #[error("该停供通知已取消")]
    Cancelled,
    #[error("该停供通知已经提醒")]
    AlreadyReminded,
}

impl BusinessError for OutageError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "OUTAGE_UNKNOWN",
            Self::AlreadyPublished => "OUTAGE_ALREADY_PUBLISHED",
            Self::NoCommodity => "OUTAGE_NO_COMMODITY",
            Self::TimesInvalid => "OUTAGE_TIMES_INVALID",
            Self::AlreadyOver => "OUTAGE_ALREADY_OVER",
            Self::ReasonInvalid => "OUTAGE_REASON_INVALID",
            Self::BuildingInvalid => "OUTAGE_BUILDING_INVALID",
            Self::AreaAmbiguous => "OUTAGE_AREA_AMBIGUOUS",
            Self::NotLonger => "OUTAGE_NOT_LONGER",
            Self::Cancelled => "OUTAGE_CANCELLED",
            Self::AlreadyReminded => "OUTAGE_ALREADY_REMINDED",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoCommodity => "commodities",
            Self::TimesInvalid | Self::AlreadyOver | Self::NotLonger => "to",
            Self::ReasonInvalid => "reason",
            Self::BuildingInvalid => "building",
            Self::AreaAmbiguous => "campusId",
            Self::Unknown | Self::AlreadyPublished | Self::Cancelled | Self::AlreadyReminded => {
                "outageId"
            }
        })
    }
}
