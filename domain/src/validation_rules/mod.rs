//! Validation rules (校验规则): the dated thresholds by which readings are judged.

mod aggregate;
mod command;
mod error;
mod estimation;
mod event;
mod intervals;
mod limits;
mod process;
mod ruleset;
#[cfg(test)]
mod tests;

pub use aggregate::ValidationRules;
pub use command::ValidationRulesCommand;
pub use error::ValidationRulesError;
pub use estimation::{Estimation, EstimationMethod};
pub use event::ValidationRulesEvent;
pub use intervals::IntervalRules;
pub use process::{PublishValidationRules, RulesPublished};
pub use ruleset::{ClassRules, CommodityRules, LowUsage, RuleSet};
