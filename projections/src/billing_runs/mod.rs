//! 开账批次: runs over the accounts of a month, and how far they are.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::BillingRunsProjector;
pub use query::{BillingRunFilter, BillingRunRow};
