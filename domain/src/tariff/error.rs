use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use super::aggregate::{NAME_LENGTH_MAX, PAYMENT_DAYS_MAX};
use crate::rating::TariffError;
use crate::units::TariffId;

/// Why a tariff refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TariffCommandError {
    #[error("价格方案 {0} 不存在")]
    Unknown(TariffId),
    #[error("价格方案不存在")]
    Absent,
    #[error("价格方案 {0} 已经存在")]
    AlreadyDefined(TariffId),
    #[error("价格方案名称不能为空，且最多 {NAME_LENGTH_MAX} 个字")]
    NameInvalid,
    #[error("缴款期限应为 1 至 {PAYMENT_DAYS_MAX} 天")]
    PaymentDaysInvalid,
    #[error("价格版本 {from} 与前一版本之间有没有价格的日子")]
    VersionsGap { from: NaiveDate },
    #[error("滞纳金每日比例应在 0 至 1% 之间，最低金额不能为负数")]
    LateFeeInvalid,
    #[error("滞纳金规则的起始日期必须晚于已有的 {last}")]
    LateFeeNotLater { last: NaiveDate },
    #[error(transparent)]
    Terms(#[from] TariffError),
}

impl BusinessError for TariffCommandError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Absent => "TARIFF_UNKNOWN",
            Self::AlreadyDefined(_) => "TARIFF_ALREADY_DEFINED",
            Self::NameInvalid => "TARIFF_NAME_INVALID",
            Self::PaymentDaysInvalid => "TARIFF_PAYMENT_DAYS_INVALID",
            Self::VersionsGap { .. } => "TARIFF_VERSIONS_GAP",
            Self::LateFeeInvalid => "TARIFF_LATE_FEE_INVALID",
            Self::LateFeeNotLater { .. } => "TARIFF_LATE_FEE_NOT_LATER",
            Self::Terms(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_) | Self::Absent | Self::AlreadyDefined(_) => Some("tariffId"),
            Self::NameInvalid => Some("name"),
            Self::PaymentDaysInvalid => Some("paymentDays"),
            Self::LateFeeInvalid => Some("perDay"),
            Self::LateFeeNotLater { .. } => Some("from"),
            Self::VersionsGap { .. } | Self::Terms(_) => Some("versions"),
        }
    }
}
