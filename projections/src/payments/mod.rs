//! 缴费: payments, and their ledger rows for the charging system.

mod ledger;
mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use ledger::RowKind;
pub use projector::PaymentsProjector;
pub use query::{ExportBatch, ExportRow, PaymentFilter, PaymentOrderBy, PaymentPart, PaymentRow};
