use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{ReplyRule, ServiceRuleSet, ServiceRulesError, ServiceRulesEvent};

pub(super) const REASON_LENGTH_MAX: usize = 200;
/// Thirty days; a reply that may take longer is none.
pub(super) const REPLY_MINUTES_MAX: u16 = 43_200;
/// Fourteen days.
pub(super) const REMINDER_MINUTES_MAX: u32 = 20_160;

/// Published versions of the centre's rules of service, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRules {
    versions: Vec<ServiceRuleSet>,
}

/// What may be asked of the rules; the version is theirs to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceRulesCommand {
    Publish(ServiceRuleSet),
}

impl ServiceRules {
    /// The centre has one set of rules.
    pub const ID: &str = "centre";

    /// The rules for what is filed on `date`.
    pub fn in_force(&self, date: NaiveDate) -> ServiceRuleSet {
        let in_force = |rules: &&ServiceRuleSet| rules.effective_from <= date;
        let rules = self.versions.iter().rev().find(in_force);
        rules.cloned().unwrap_or_else(ServiceRuleSet::initial)
    }

    pub fn latest_version(&self) -> u32 {
        self.versions.last().map_or(0, |rules| rules.version)
    }
}

fn check(rule: ReplyRule) -> Result<(), ServiceRulesError> {
    if !(1..=REPLY_MINUTES_MAX).contains(&rule.sla.reply_minutes) {
        Err(ServiceRulesError::ReplyOutOfRange)
    } else if rule.warn_minutes > rule.sla.reply_minutes {
        Err(ServiceRulesError::WarningTooEarly)
    } else {
        Ok(())
    }
}

fn publish(
    published: &ServiceRules,
    mut rules: ServiceRuleSet,
) -> Result<ServiceRulesEvent, ServiceRulesError> {
    if let Some(last) = published.versions.last()
        && rules.effective_from <= last.effective_from
    {
        let last = last.effective_from;
        return Err(ServiceRulesError::NotLater { last });
    }
    let reason = rules.reason.as_deref().unwrap_or_default().trim();
    if !(1..=REASON_LENGTH_MAX).contains(&reason.chars().count()) {
        return Err(ServiceRulesError::ReasonInvalid);
    }
    rules.reason = Some(reason.to_owned());
    check(rules.reply)?;
    rules.reply_by_kind.values().copied().try_for_each(check)?;
    if rules.outage_reminder_minutes > REMINDER_MINUTES_MAX {
        return Err(ServiceRulesError::ReminderTooEarly);
    }
    rules.version = published.latest_version() + 1;
    Ok(ServiceRulesEvent::VersionPublished(rules))
}

impl Aggregate for ServiceRules {
    const TYPE: &'static str = "service_rules";
    type Command = ServiceRulesCommand;
    type Event = ServiceRulesEvent;
    type Error = ServiceRulesError;
    type Services = ();

    async fn handle(
        &mut self,
        ServiceRulesCommand::Publish(rules): ServiceRulesCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ServiceRulesError> {
        let event = publish(self, rules)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, ServiceRulesEvent::VersionPublished(rules): ServiceRulesEvent) {
        self.versions.push(rules);
    }
}
