use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::process::COMPARED_AT_ONCE;

/// Why a list is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillReconciliationError {
    #[error("对账文件没有账单")]
    NoBills,
    #[error("一次最多核对 {COMPARED_AT_ONCE} 张账单")]
    TooMany,
    #[error("该文件正在重新对账")]
    MovedOn,
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for BillReconciliationError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoBills => "BILL_RECONCILIATION_NO_BILLS",
            Self::TooMany => "BILL_RECONCILIATION_TOO_MANY",
            Self::MovedOn => "BILL_RECONCILIATION_MOVED_ON",
            Self::Overflow => "BILL_RECONCILIATION_OVERFLOW",
        }
    }

    fn field(&self) -> Option<&'static str> {
        None
    }
}
