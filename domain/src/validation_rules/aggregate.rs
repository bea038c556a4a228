use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    CommodityRules, RuleSet, ValidationRulesCommand, ValidationRulesError, ValidationRulesEvent,
};

/// Published versions of the centre's rules, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationRules {
    versions: Vec<RuleSet>,
}

impl ValidationRules {
    /// The centre has one set of rules.
    pub const ID: &str = "centre";

    /// The rules for readings taken on `date`.
    pub fn in_force(&self, date: NaiveDate) -> RuleSet {
        self.versions
            .iter()
            .rev()
            .find(|rules| rules.effective_from <= date)
            .cloned()
            .unwrap_or_else(RuleSet::initial)
    }

    pub fn latest_version(&self) -> u32 {
        self.versions.last().map_or(0, |rules| rules.version)
    }
}

impl Aggregate for ValidationRules {
    const TYPE: &'static str = "validation_rules";
    type Command = ValidationRulesCommand;
    type Event = ValidationRulesEvent;
    type Error = ValidationRulesError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ValidationRulesCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ValidationRulesError> {
        let event = match command {
            ValidationRulesCommand::PublishVersion {
                effective_from,
                future_tolerance_minutes,
                water,
                electricity,
            } => publish(
                self,
                RuleSet {
                    version: self.latest_version() + 1,
                    effective_from,
                    future_tolerance_minutes,
                    water,
                    electricity,
                },
            )?,
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: ValidationRulesEvent) {
        match event {
            ValidationRulesEvent::VersionPublished(rules) => self.versions.push(rules),
        }
    }
}

fn publish(
    published: &ValidationRules,
    rules: RuleSet,
) -> Result<ValidationRulesEvent, ValidationRulesError> {
    if let Some(last) = published.versions.last()
        && rules.effective_from <= last.effective_from
    {
        let last = last.effective_from;
        return Err(ValidationRulesError::NotLater { last });
    }
    if rules.future_tolerance_minutes > 60 {
        return Err(ValidationRulesError::ToleranceTooLong);
    }
    check(&rules.water)?;
    check(&rules.electricity)?;
    Ok(ValidationRulesEvent::VersionPublished(rules))
}

fn check(rules: &CommodityRules) -> Result<(), ValidationRulesError> {
    if rules.high_factor <= Decimal::ONE {
        Err(ValidationRulesError::FactorTooSmall)
    } else if rules.high_floor_per_day < Decimal::ZERO {
        Err(ValidationRulesError::FloorNegative)
    } else {
        Ok(())
    }
}
