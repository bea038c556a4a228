use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    CommodityRules, RuleSet, ValidationRulesCommand, ValidationRulesError, ValidationRulesEvent,
    limits,
};
use crate::units::Commodity;

const REASON_LENGTH: usize = 200;
const TOLERANCE_MINUTES_MAX: u32 = 60;
/// A rule that fires above this never fires.
const FACTOR_MAX: Decimal = Decimal::ONE_HUNDRED;
const HOLD_PERCENT_MAX: u32 = 1_000;
const VISIT_MONTHS_MAX: u32 = 12;

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
                reason,
                future_tolerance_minutes,
                water,
                electricity,
                classes,
            } => publish(
                self,
                RuleSet {
                    version: self.latest_version() + 1,
                    effective_from,
                    reason: Some(reason),
                    future_tolerance_minutes,
                    water,
                    electricity,
                    classes,
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

pub(super) fn publish(
    published: &ValidationRules,
    mut rules: RuleSet,
) -> Result<ValidationRulesEvent, ValidationRulesError> {
    if let Some(last) = published.versions.last()
        && rules.effective_from <= last.effective_from
    {
        let last = last.effective_from;
        return Err(ValidationRulesError::NotLater { last });
    }
    let reason = rules.reason.as_deref().unwrap_or_default().trim();
    if reason.is_empty() || reason.chars().count() > REASON_LENGTH {
        return Err(ValidationRulesError::ReasonInvalid);
    }
    rules.reason = Some(reason.to_owned());
    if rules.future_tolerance_minutes > TOLERANCE_MINUTES_MAX {
        return Err(ValidationRulesError::ToleranceTooLong);
    }
    check(Commodity::Water, &rules.water)?;
    check(Commodity::Electricity, &rules.electricity)?;
    for (class, own) in &rules.classes {
        let of_class = |error| ValidationRulesError::OfClass {
            class: *class,
            error: Box::new(error),
        };
        if let Some(water) = &own.water {
            check(Commodity::Water, water).map_err(of_class)?;
        }
        if let Some(electricity) = &own.electricity {
            check(Commodity::Electricity, electricity).map_err(of_class)?;
        }
    }
    Ok(ValidationRulesEvent::VersionPublished(rules))
}

/// Values that would hold every reading, or none, are typing errors.
fn check(of: Commodity, rules: &CommodityRules) -> Result<(), ValidationRulesError> {
    if rules.high_factor <= Decimal::ONE {
        Err(ValidationRulesError::FactorTooSmall(of))
    } else if rules.high_factor > FACTOR_MAX {
        Err(ValidationRulesError::FactorTooLarge(of))
    } else if rules.high_floor_per_day < Decimal::ZERO {
        Err(ValidationRulesError::FloorNegative(of))
    } else if rules.high_hold_percent > HOLD_PERCENT_MAX {
        Err(ValidationRulesError::HoldPercentTooLarge(of))
    } else if rules.mean_per_day.is_some_and(|mean| mean <= Decimal::ZERO) {
        Err(ValidationRulesError::MeanNotPositive(of))
    } else if !(1..=VISIT_MONTHS_MAX).contains(&rules.zero_visit_months) {
        Err(ValidationRulesError::VisitMonthsOutOfRange(of))
    } else if !rules
        .zero_quiet_months
        .iter()
        .all(|month| (1..=12).contains(month))
    {
        Err(ValidationRulesError::QuietMonthUnknown(of))
    } else {
        limits::check(of, rules)
    }
}
