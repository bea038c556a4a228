//! 与收费系统对账 (R91): the charging system's list of bills and arrears beside ours, by 户号 and month.

mod aggregate;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{BillReconciliation, BillReconciliationCommand};
pub use error::BillReconciliationError;
pub use event::{
    BillReconciliationEvent, BillSums, BillsCompared, ReconciledDifference, ReconciledKind,
    ReconciliationBegun,
};
pub use process::{
    BeginReconciliation, BillThere, COMPARED_AT_ONCE, CompareBills, ReconciliationRun,
};
