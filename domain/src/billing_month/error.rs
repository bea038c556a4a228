use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::{BillingMonth, CampusId};

/// Why a month's books refuse.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillingMonthError {
    #[error("{campus} 校区 {month} 账期已经关账")]
    Closed {
        campus: CampusId,
        month: BillingMonth,
    },
    #[error("{0} 账期正在开账，开账完成后才能关账")]
    BeingBilled(BillingMonth),
    #[error("{0} 账期尚未结束，不能关账")]
    NotEnded(BillingMonth),
}

impl BusinessError for BillingMonthError {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "BILLING_MONTH_CLOSED",
            Self::BeingBilled(_) => "BILLING_MONTH_BEING_BILLED",
            Self::NotEnded(_) => "BILLING_MONTH_NOT_ENDED",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Closed { .. } | Self::BeingBilled(_) | Self::NotEnded(_) => Some("month"),
        }
    }
}
