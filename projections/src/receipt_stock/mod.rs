//! 票据: bundles of numbered paper and their sheets.

mod projector;
pub mod query;

pub use projector::ReceiptStockProjector;
pub use query::{SheetRow, StockRow};
