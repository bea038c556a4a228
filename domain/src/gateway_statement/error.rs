use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::process::ROWS_MAX;

/// Why a day's file is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GatewayStatementError {
    #[error("对账单最多 {ROWS_MAX} 行，请分日导入")]
    TooManyRows,
    #[error("金额超出可计算范围")]
    Overflow,
}

impl BusinessError for GatewayStatementError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooManyRows => "GATEWAY_STATEMENT_TOO_MANY_ROWS",
            Self::Overflow => "GATEWAY_STATEMENT_OVERFLOW",
        }
    }
}
