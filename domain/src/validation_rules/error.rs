use chaobiao_decision::BusinessError;
use chrono::NaiveDate;
use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValidationRulesError {
    #[error("新校验规则的生效日期必须晚于 {last}")]
    NotLater { last: NaiveDate },
    #[error("异常倍数必须大于 1")]
    FactorTooSmall,
    #[error("用量下限不能为负数")]
    FloorNegative,
    #[error("时间容差最多 60 分钟")]
    ToleranceTooLong,
}

impl BusinessError for ValidationRulesError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotLater { .. } => "VALIDATION_RULES_NOT_LATER",
            Self::FactorTooSmall => "VALIDATION_RULES_FACTOR_TOO_SMALL",
            Self::FloorNegative => "VALIDATION_RULES_FLOOR_NEGATIVE",
            Self::ToleranceTooLong => "VALIDATION_RULES_TOLERANCE_TOO_LONG",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotLater { .. } => "effectiveFrom",
            Self::FactorTooSmall => "highFactor",
            Self::FloorNegative => "highFloorPerDay",
            Self::ToleranceTooLong => "futureToleranceMinutes",
        })
    }
}
