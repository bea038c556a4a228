use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

use crate::units::{AccountClass, Commodity};

/// Why rules are refused. Those about one class of meters say which.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValidationRulesError {
    #[error("新校验规则的生效日期必须晚于 {last}")]
    NotLater { last: NaiveDate },
    #[error("调整原因不能为空，且最多 200 个字")]
    ReasonInvalid,
    #[error("异常倍数必须大于 1")]
    FactorTooSmall(Commodity),
    #[error("异常倍数最大为 100，再大则规则不起作用")]
    FactorTooLarge(Commodity),
    #[error("用量下限不能为负数")]
    FloorNegative(Commodity),
    #[error("量高待复核的超出比例最大为 1000%")]
    HoldPercentTooLarge(Commodity),
    #[error("同类日均用量必须大于 0")]
    MeanNotPositive(Commodity),
    #[error("连续零用量月数应在 1 到 12 之间")]
    VisitMonthsOutOfRange(Commodity),
    #[error("月份应在 1 到 12 之间")]
    QuietMonthUnknown(Commodity),
    #[error("时间容差最多 60 分钟")]
    ToleranceTooLong,
    #[error("该项限值超出合理范围")]
    LimitOutOfRange { field: &'static str },
    #[error("{}：{error}", class.label())]
    OfClass {
        class: AccountClass,
        error: Box<ValidationRulesError>,
    },
}

impl BusinessError for ValidationRulesError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotLater { .. } => "VALIDATION_RULES_NOT_LATER",
            Self::ReasonInvalid => "VALIDATION_RULES_REASON_INVALID",
            Self::FactorTooSmall(_) => "VALIDATION_RULES_FACTOR_TOO_SMALL",
            Self::FactorTooLarge(_) => "VALIDATION_RULES_FACTOR_TOO_LARGE",
            Self::FloorNegative(_) => "VALIDATION_RULES_FLOOR_NEGATIVE",
            Self::HoldPercentTooLarge(_) => "VALIDATION_RULES_HOLD_PERCENT_TOO_LARGE",
            Self::MeanNotPositive(_) => "VALIDATION_RULES_MEAN_NOT_POSITIVE",
            Self::VisitMonthsOutOfRange(_) => "VALIDATION_RULES_VISIT_MONTHS_OUT_OF_RANGE",
            Self::QuietMonthUnknown(_) => "VALIDATION_RULES_QUIET_MONTH_UNKNOWN",
            Self::ToleranceTooLong => "VALIDATION_RULES_TOLERANCE_TOO_LONG",
            Self::LimitOutOfRange { .. } => "VALIDATION_RULES_LIMIT_OUT_OF_RANGE",
            Self::OfClass { error, .. } => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        use Commodity::{Electricity, Water};
        Some(match self {
            Self::NotLater { .. } => "effectiveFrom",
            Self::ReasonInvalid => "reason",
            Self::FactorTooSmall(Water) | Self::FactorTooLarge(Water) => "water.highFactor",
            Self::FactorTooSmall(Electricity) | Self::FactorTooLarge(Electricity) => {
                "electricity.highFactor"
            }
            Self::FloorNegative(Water) => "water.highFloorPerDay",
            Self::FloorNegative(Electricity) => "electricity.highFloorPerDay",
            Self::HoldPercentTooLarge(Water) => "water.highHoldPercent",
            Self::HoldPercentTooLarge(Electricity) => "electricity.highHoldPercent",
            Self::MeanNotPositive(Water) => "water.meanPerDay",
            Self::MeanNotPositive(Electricity) => "electricity.meanPerDay",
            Self::VisitMonthsOutOfRange(Water) => "water.zeroVisitMonths",
            Self::VisitMonthsOutOfRange(Electricity) => "electricity.zeroVisitMonths",
            Self::QuietMonthUnknown(Water) => "water.zeroQuietMonths",
            Self::QuietMonthUnknown(Electricity) => "electricity.zeroQuietMonths",
            Self::ToleranceTooLong => "futureToleranceMinutes",
            Self::LimitOutOfRange { field } => field,
            Self::OfClass { .. } => "classes",
        })
    }
}
