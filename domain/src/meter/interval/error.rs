use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::MeterNo;

/// Why a sweep is refused, all of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IntervalError {
    #[error("间隔分钟数须能整除一天")]
    StepDoesNotDivide,
    #[error("本日已按 {known} 分钟间隔采集")]
    StepChanged { known: u32 },
    #[error("采集时间晚于当前时间")]
    InFuture,
    #[error("没有采集到任何表计")]
    NoMeters,
    #[error("表 {0} 在同一批中出现两次")]
    MeterTwice(MeterNo),
    #[error("表 {0} 的间隔超出当日")]
    BeyondTheDay(MeterNo),
    #[error("表 {0} 的间隔用量为负数")]
    Negative(MeterNo),
    #[error("表 {0} 的同一间隔已有不同的用量")]
    Conflict(MeterNo),
    #[error("没有表 {0}")]
    MeterUnknown(MeterNo),
}

impl BusinessError for IntervalError {
    fn code(&self) -> &'static str {
        match self {
            Self::StepDoesNotDivide => "INTERVAL_STEP_DOES_NOT_DIVIDE",
            Self::StepChanged { .. } => "INTERVAL_STEP_CHANGED",
            Self::InFuture => "INTERVAL_IN_FUTURE",
            Self::NoMeters => "INTERVAL_NO_METERS",
            Self::MeterTwice(_) => "INTERVAL_METER_TWICE",
            Self::BeyondTheDay(_) => "INTERVAL_BEYOND_THE_DAY",
            Self::Negative(_) => "INTERVAL_NEGATIVE",
            Self::Conflict(_) => "INTERVAL_CONFLICT",
            Self::MeterUnknown(_) => "INTERVAL_METER_UNKNOWN",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::StepDoesNotDivide | Self::StepChanged { .. } => "stepMinutes",
            Self::InFuture => "sweptAt",
            Self::NoMeters
            | Self::MeterTwice(_)
            | Self::BeyondTheDay(_)
            | Self::Negative(_)
            | Self::Conflict(_)
            | Self::MeterUnknown(_) => "meters",
        })
    }
}
