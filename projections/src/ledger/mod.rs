//! 总账: debit and credit, line by line, as they follow from events.

mod projector;
pub mod query;

pub use projector::LedgerProjector;
pub use query::{BalanceRow, LedgerLine};
