//! Historic usage (历史用量): months from before, as the charging system kept them.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::HistoricUsageProjector;
pub use query::HistoricMonth;
