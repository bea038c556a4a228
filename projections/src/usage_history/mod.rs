//! Usage history (用量查询): usage per meter and month, as far back as the account paid for it.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::UsageHistoryProjector;
pub use query::MonthlyUsage;
