use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::TEXT_LENGTH_MAX;
use crate::units::{DeviceOrderId, MeterNo};

/// Why an order to a meter is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DeviceOrderError {
    #[error("设备指令 {0} 不存在")]
    Unknown(DeviceOrderId),
    #[error("设备指令不存在")]
    Absent,
    #[error("设备指令 {0} 已经存在")]
    AlreadyRequested(DeviceOrderId),
    #[error("没有表 {0}")]
    MeterUnknown(MeterNo),
    #[error("表 {0} 没有接入采集器")]
    NotCollected(MeterNo),
    #[error("表 {0} 没有登记可控的继电器或阀门")]
    NotSwitchable(MeterNo),
    #[error("只有电表有合闸允许")]
    PermitUnsupported,
    #[error("表 {0} 还有未了结的拉合闸或开关阀指令，请先核实其结果")]
    MeterBusy(MeterNo),
    #[error("停供只能在工作日 9:00 至 17:00 进行；遇险情请标明紧急")]
    OutsideHours,
    #[error("须说明原因，最多 {TEXT_LENGTH_MAX} 个字")]
    ReasonInvalid,
    #[error("指令已经发出")]
    AlreadySent,
    #[error("指令已经结束")]
    AlreadyFinished,
    #[error("指令结果明确，无须核实")]
    NothingToSettle,
    #[error("指令尚未发出")]
    NotSent,
    #[error("指令已过期")]
    Expired,
}

impl BusinessError for DeviceOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "DEVICE_ORDER_UNKNOWN",
            Self::AlreadyRequested(_) => "DEVICE_ORDER_ALREADY_REQUESTED",
            Self::MeterUnknown(_) => "DEVICE_ORDER_METER_UNKNOWN",
            Self::NotCollected(_) => "DEVICE_ORDER_NOT_COLLECTED",
            Self::NotSwitchable(_) => "DEVICE_ORDER_NOT_SWITCHABLE",
            Self::PermitUnsupported => "DEVICE_ORDER_PERMIT_UNSUPPORTED",
            Self::MeterBusy(_) => "DEVICE_ORDER_METER_BUSY",
            Self::OutsideHours => "DEVICE_ORDER_OUTSIDE_HOURS",
            Self::ReasonInvalid => "DEVICE_ORDER_REASON_INVALID",
            Self::AlreadySent => "DEVICE_ORDER_ALREADY_SENT",
            Self::AlreadyFinished => "DEVICE_ORDER_ALREADY_FINISHED",
            Self::NothingToSettle => "DEVICE_ORDER_NOTHING_TO_SETTLE",
            Self::NotSent => "DEVICE_ORDER_NOT_SENT",
            Self::Expired => "DEVICE_ORDER_EXPIRED",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::MeterUnknown(_)
            | Self::NotCollected(_)
            | Self::NotSwitchable(_)
            | Self::MeterBusy(_) => "meterNo",
            Self::PermitUnsupported => "act",
            Self::OutsideHours => "emergency",
            Self::ReasonInvalid => "reason",
            _ => "orderId",
        })
    }
}
