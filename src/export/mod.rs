//! Files to take away: payment rows and readings for the charging system, what differs from its bills,
//! reports on usage and money, a round on paper.

mod batch;
mod csv_file;
mod download;
mod http;
mod money;
mod own;
mod payments;
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

pub use http::routes;
pub use own::own_routes;
pub use payments::{close_batch, read_batch};
pub use readings::{ReadingFile, close_readings};
pub use sheet::{Batch, Format};

use chaobiao_eventstore::CommandError;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("无法读取要导出的数据 / what is to be exported cannot be read")]
    Database(#[from] sqlx::Error),
    #[error("读模型尚未跟上，请稍后用 --batch {0} 取文件")]
    Behind(String),
    #[error("无法写出 CSV / the CSV cannot be written")]
    Csv(#[from] csv::Error),
    #[error("无法写出 XLSX / the XLSX cannot be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("金额无法写成单元格 / an amount does not fit into a cell")]
    Amount,
}
