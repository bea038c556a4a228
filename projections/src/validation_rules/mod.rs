//! 校验规则: every version of the thresholds by which readings are judged.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ValidationRulesProjector;
pub use query::PublishedRules;
