//! Files to take away: payment rows and readings for the charging system, what differs from its bills,
//! usage reports, a round on paper.

mod batch;
mod csv_file;
mod http;
mod payroll;
mod printed_book;
mod readings;
mod reconciliation;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod usage;
mod xlsx_file;

pub use batch::{ExportError, close_batch, read_batch};
pub use http::routes;
pub use readings::{ReadingFile, close_readings};
pub use sheet::{Batch, Format};
