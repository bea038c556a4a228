//! Files to take away: payment rows for the charging system, usage reports, a round on paper.

mod batch;
mod csv_file;
mod http;
mod payroll;
mod printed_book;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod usage;
mod xlsx_file;

pub use batch::{ExportError, close_batch, read_batch};
pub use http::routes;
pub use sheet::{Batch, Format};
