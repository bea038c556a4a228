use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::{METERS_MAX, TEXT_LENGTH_MAX};
use crate::units::{CampusId, CollectorNo, DeviceAddress, MeterNo, MeterProtocol};

/// Why a collector refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CollectorError {
    #[error("采集器 {0} 不存在")]
    Unknown(CollectorNo),
    #[error("采集器不存在")]
    Absent,
    #[error("采集器 {0} 已经登记")]
    AlreadyRegistered(CollectorNo),
    #[error("采集器编号只能用字母、数字和 - _ .")]
    NumberInvalid,
    #[error("校区 {0} 不存在")]
    CampusUnknown(CampusId),
    #[error("采集器已停用")]
    Retired,
    #[error("须写明安装位置，最多 {TEXT_LENGTH_MAX} 个字")]
    PlaceInvalid,
    #[error("须说明原因，最多 {TEXT_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("采集间隔须为 5 至 1440 分钟，且能整除一天")]
    IntervalInvalid,
    #[error("重试次数最多 5 次")]
    TooManyRetries,
    #[error("月冻结日须为 1 至 28")]
    BillingDayInvalid,
    #[error("没有表 {0}")]
    MeterUnknown(MeterNo),
    #[error("表 {0} 已接入采集器")]
    MeterAttached(MeterNo),
    #[error("表 {0} 未接入本采集器")]
    MeterNotAttached(MeterNo),
    #[error("通信地址 {0} 已被使用")]
    AddressTaken(DeviceAddress),
    #[error("通信地址与表计种类或通信规约不符")]
    AddressMisfit,
    #[error("采集器最多接入 {METERS_MAX} 块表")]
    Full,
    #[error("采集器还接着表计，请先全部解除")]
    StillInUse,
    #[error("表 {meter_no} 已查明按 {} 通信", .known.as_str())]
    ProtocolKnown {
        meter_no: MeterNo,
        known: MeterProtocol,
    },
    #[error("采集时间晚于当前时间")]
    InFuture,
    #[error("没有采集到任何表计")]
    NothingHeard,
    #[error("只有系统可以记录采集结果")]
    NotTheSystem,
}

impl BusinessError for CollectorError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "COLLECTOR_UNKNOWN",
            Self::AlreadyRegistered(_) => "COLLECTOR_ALREADY_REGISTERED",
            Self::NumberInvalid => "COLLECTOR_NUMBER_INVALID",
            Self::CampusUnknown(_) => "COLLECTOR_CAMPUS_UNKNOWN",
            Self::Retired => "COLLECTOR_RETIRED",
            Self::PlaceInvalid => "COLLECTOR_PLACE_INVALID",
            Self::ReasonInvalid => "COLLECTOR_REASON_INVALID",
            Self::IntervalInvalid => "COLLECTOR_INTERVAL_INVALID",
            Self::TooManyRetries => "COLLECTOR_TOO_MANY_RETRIES",
            Self::BillingDayInvalid => "COLLECTOR_BILLING_DAY_INVALID",
            Self::MeterUnknown(_) => "COLLECTOR_METER_UNKNOWN",
            Self::MeterAttached(_) => "COLLECTOR_METER_ATTACHED",
            Self::MeterNotAttached(_) => "COLLECTOR_METER_NOT_ATTACHED",
            Self::AddressTaken(_) => "COLLECTOR_ADDRESS_TAKEN",
            Self::AddressMisfit => "COLLECTOR_ADDRESS_MISFIT",
            Self::Full => "COLLECTOR_FULL",
            Self::StillInUse => "COLLECTOR_STILL_IN_USE",
            Self::ProtocolKnown { .. } => "COLLECTOR_PROTOCOL_KNOWN",
            Self::InFuture => "COLLECTOR_ROUND_IN_FUTURE",
            Self::NothingHeard => "COLLECTOR_NOTHING_HEARD",
            Self::NotTheSystem => "COLLECTOR_NOT_THE_SYSTEM",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::CampusUnknown(_) => "campus",
            Self::PlaceInvalid => "place",
            Self::ReasonInvalid => "reason",
            Self::IntervalInvalid => "everyMinutes",
            Self::TooManyRetries => "retries",
            Self::BillingDayInvalid => "billingDay",
            Self::MeterUnknown(_) | Self::MeterAttached(_) | Self::MeterNotAttached(_) => "meterNo",
            Self::AddressTaken(_) | Self::AddressMisfit => "address",
            Self::ProtocolKnown { .. } => "protocol",
            _ => "collectorNo",
        })
    }
}
