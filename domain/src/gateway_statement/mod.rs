//! 支付平台对账单: a gateway's own file of a day, compared with what is recorded here.

mod aggregate;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{GatewayStatement, GatewayStatementCommand};
pub use error::GatewayStatementError;
pub use event::{
    Difference, DifferenceKind, GatewayStatementEvent, RowKind, StatementCompared, StatementSums,
};
pub use process::{CompareGatewayStatement, ComparedRow, Comparison, StatementRow, Verdict};
