//! 票据领用: numbered paper handed to a cashier, and what became of every sheet of it.

mod aggregate;
mod command;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{ReceiptStock, ReceiptStockRecord};
pub use command::ReceiptStockCommand;
pub use error::ReceiptStockError;
pub use event::{ReceiptStockEvent, StockIssued};
pub use process::{
    IssueStock, PrintReceipt, ReceiptPrinted, ReturnStock, SpoilSheet, StockChanged,
};
