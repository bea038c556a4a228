//! How soon what people file is to be answered, and when they are told of an outage: dated data.

mod aggregate;
mod error;
mod event;
mod process;
mod rule_set;

pub use aggregate::{ServiceRules, ServiceRulesCommand};
pub use error::ServiceRulesError;
pub use event::ServiceRulesEvent;
pub use process::{PublishServiceRules, ServiceRulesPublished};
pub use rule_set::{ReplyRule, ServiceRuleSet};
