use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::REASON_LENGTH_MAX;
use crate::units::BillingMonth;

/// Why who bills is not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillingMasterError {
    #[error("{0} 账期已经开始，同一账期不能由两个系统开账；请从尚未开始的月份起切换")]
    MonthBegun(BillingMonth),
    #[error("{from} 及以后账期已有 {bills} 张账单，不能改由另一系统开账")]
    Billed { from: BillingMonth, bills: u32 },
    #[error("须说明原因，最多 {REASON_LENGTH_MAX} 个字")]
    ReasonInvalid,
}

impl BusinessError for BillingMasterError {
    fn code(&self) -> &'static str {
        match self {
            Self::MonthBegun(_) => "BILLING_MASTER_MONTH_BEGUN",
            Self::Billed { .. } => "BILLING_MASTER_BILLED",
            Self::ReasonInvalid => "BILLING_MASTER_REASON_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::MonthBegun(_) | Self::Billed { .. } => "from",
            Self::ReasonInvalid => "reason",
        })
    }
}
