use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::{BillingMonth, BillingRunId};

/// Why a billing run does not begin or go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillingRunError {
    #[error("{0} 账期正在开账，请等它完成后再开；进度见开账记录")]
    UnderWay(BillingMonth),
    #[error("没有开账记录 {0}")]
    Unknown(BillingRunId),
    #[error("这次开账已由另一处接着办理；已开的账不会重复")]
    MovedOn,
    #[error("这次开账已经完成")]
    Finished,
    #[error("该户的数据无法读取，请联系系统管理员")]
    AccountUnreadable,
    #[error("开账总金额超出可计算范围")]
    Overflow,
}

impl BusinessError for BillingRunError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnderWay(_) => "BILLING_RUN_UNDER_WAY",
            Self::Unknown(_) => "BILLING_RUN_UNKNOWN",
            Self::MovedOn => "BILLING_RUN_MOVED_ON",
            Self::Finished => "BILLING_RUN_FINISHED",
            Self::AccountUnreadable => "BILLING_RUN_ACCOUNT_UNREADABLE",
            Self::Overflow => "BILLING_RUN_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::UnderWay(_) => Some("month"),
            Self::Unknown(_) => Some("runId"),
            Self::MovedOn | Self::Finished | Self::AccountUnreadable | Self::Overflow => None,
        }
    }
}
