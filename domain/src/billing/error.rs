use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::{AccountNo, BillingMonth, MeterNo};

/// Why no bill is issued.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillingError {
    #[error("户号 {account_no} 在 {month} 账期没有可计费的读数")]
    NothingToBill {
        account_no: AccountNo,
        month: BillingMonth,
    },
    #[error("表计 {0} 的读数更正后少于已开账用量，待后续读数补足后再开账")]
    BilledAlready(MeterNo),
    #[error("{0} 账期尚未开始")]
    MonthInFuture(BillingMonth),
    #[error("缴款截止日期不能早于开账日期")]
    DueBeforeIssue,
    #[error("金额或用量超出可计算范围")]
    Overflow,
}

impl BusinessError for BillingError {
    fn code(&self) -> &'static str {
        match self {
            Self::NothingToBill { .. } => "BILLING_NOTHING_TO_BILL",
            Self::BilledAlready(_) => "BILLING_BILLED_ALREADY",
            Self::MonthInFuture(_) => "BILLING_MONTH_IN_FUTURE",
            Self::DueBeforeIssue => "BILLING_DUE_BEFORE_ISSUE",
            Self::Overflow => "BILLING_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NothingToBill { .. } | Self::MonthInFuture(_) => Some("month"),
            Self::DueBeforeIssue => Some("dueOn"),
            Self::BilledAlready(_) | Self::Overflow => None,
        }
    }
}
