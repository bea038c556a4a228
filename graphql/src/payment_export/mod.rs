//! Batches of payment rows for the charging system.

mod mutation;
mod query;
mod types;

pub use mutation::PaymentExportMutation;
pub use query::PaymentExportQuery;
pub use types::ExportBatch;
