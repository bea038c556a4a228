//! Receipts: given at any counter, once, and copied on demand.

mod mutation;
mod query;
mod types;

pub use mutation::ReceiptMutation;
pub use query::ReceiptQuery;
pub(crate) use query::find;
pub use types::Receipt;
