use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::ServiceRuleSet;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServiceRulesEvent {
    VersionPublished(ServiceRuleSet),
}

impl DomainEvent for ServiceRulesEvent {
    fn event_type(&self) -> String {
        match self {
            Self::VersionPublished(_) => "service_rules.version_published",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
