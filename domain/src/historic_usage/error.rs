use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::{BillingMonth, Quantity};

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HistoricUsageError {
    #[error("{month} 已有历史用量 {existing}，与本次不同")]
    Differs {
        month: BillingMonth,
        existing: Quantity,
    },
    #[error("{0} 在本系统中已有抄表读数，不能再导入历史用量")]
    MonthMetered(BillingMonth),
    #[error("历史用量只能是过去的月份")]
    MonthNotOver,
    #[error("历史用量不能为负数")]
    Negative,
}

impl BusinessError for HistoricUsageError {
    fn code(&self) -> &'static str {
        match self {
            Self::Differs { .. } => "HISTORY_DIFFERS",
            Self::MonthMetered(_) => "HISTORY_MONTH_METERED",
            Self::MonthNotOver => "HISTORY_MONTH_NOT_OVER",
            Self::Negative => "HISTORY_NEGATIVE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::Differs { .. } | Self::Negative => "usage",
            Self::MonthMetered(_) | Self::MonthNotOver => "month",
        })
    }
}
