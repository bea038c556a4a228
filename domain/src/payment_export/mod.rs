//! 缴费导出: batches of payment rows for the charging system, every row in exactly one (R56).

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::PaymentExport;
pub use command::PaymentExportCommand;
pub use error::PaymentExportError;
pub use event::{ExportBasis, ExportBatchCreated, ExportBatchId, PaymentExportEvent};
pub use process::{CountedRows, CreateExportBatch, EXPORT_STREAM};
