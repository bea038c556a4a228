//! Validation rules: the dated thresholds by which readings are judged.

mod details;
mod mutation;
mod query;
mod types;

pub use mutation::ValidationRulesMutation;
pub use query::ValidationRulesQuery;
pub use types::ValidationRuleSet;
