use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{ReplyRule, ServiceRuleSet, ServiceRules, ServiceRulesCommand};
use crate::service::case::CaseKind;

/// Puts rules in force from a day on; what was filed before keeps its deadline.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishServiceRules {
    pub effective_from: NaiveDate,
    /// Why, for whoever asks later.
    pub reason: String,
    pub reply: ReplyRule,
    pub reply_by_kind: BTreeMap<CaseKind, ReplyRule>,
    pub outage_reminder_minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRulesPublished {
    pub version: u32,
}

impl Process for PublishServiceRules {
    const NAME: &'static str = "service_rules.publish_version";
    type Outcome = ServiceRulesPublished;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ServiceRulesPublished, Stop> {
        let rules = ServiceRuleSet {
            version: 0,
            effective_from: self.effective_from,
            reason: Some(self.reason.clone()),
            reply: self.reply,
            reply_by_kind: self.reply_by_kind.clone(),
            outage_reminder_minutes: self.outage_reminder_minutes,
        };
        let command = ServiceRulesCommand::Publish(rules);
        workspace.execute::<ServiceRules>(ServiceRules::ID, command)?;
        let rules = workspace.get::<ServiceRules>(ServiceRules::ID)?;
        Ok(ServiceRulesPublished {
            version: rules.latest_version(),
        })
    }
}
