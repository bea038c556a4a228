//! 缴费导出: payment rows as files for the charging system.

mod batch;
mod csv_file;
mod http;
mod sheet;
#[cfg(test)]
mod tests;
mod xlsx_file;

pub use batch::{ExportError, close_batch, read_batch};
pub use http::routes;
pub use sheet::{Batch, Format};
