//! 抄表数据导出 (R91): batches of readings and usages for the charging system, each reading in one.

mod aggregate;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::ReadingExport;
pub use error::ReadingExportError;
pub use event::{ReadingBatchCreated, ReadingBatchId, ReadingExportEvent};
pub use process::{CountedReadings, CreateReadingBatch, READING_EXPORT_STREAM};
