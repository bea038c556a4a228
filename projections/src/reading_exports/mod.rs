//! 抄表数据导出: what was read, for the charging system, in batches.

mod projector;
pub mod query;
mod row;

pub use projector::ReadingExportsProjector;
pub use query::{ExportedReading, ReadingBatch};
pub use row::ReadingRowKind;
