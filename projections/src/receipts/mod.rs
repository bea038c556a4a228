//! 收据登记簿: every receipt given.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ReceiptsProjector;
pub use query::{Receipt, ReceiptLine};
