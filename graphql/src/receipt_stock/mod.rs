//! Numbered paper: handed out, printed on, spoiled, taken back.

mod mutation;
mod query;
mod types;

pub use mutation::ReceiptStockMutation;
pub use query::ReceiptStockQuery;
pub(crate) use types::PapersOf;
