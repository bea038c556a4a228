//! 银行流水: lines of the bank's statement, and which of them nobody has booked yet.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::BankLinesProjector;
pub use query::{BankLineKey, BankLineRow};
