use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::command::TariffCommand;
use super::error::TariffCommandError;
use super::event::{TariffDefined, TariffEvent};
use crate::rating::{LateFeeTerms, TariffSchedule};
use crate::units::TariffId;

pub(super) const NAME_LENGTH_MAX: usize = 60;
/// A typing guard: nobody is given more than a year to pay.
pub(super) const PAYMENT_DAYS_MAX: u16 = 366;

/// One tariff, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Tariff {
    #[default]
    Absent,
    Defined(DefinedTariff),
}

/// A tariff that bills may be rated by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefinedTariff {
    pub tariff_id: TariffId,
    pub name: String,
    pub payment_days: u16,
    pub schedule: TariffSchedule,
    /// Oldest first; none where nothing is asked for paying late.
    #[serde(default)]
    pub late_fees: Vec<LateFeeTerms>,
}

impl Tariff {
    /// The tariff, or the refusal that `tariff_id` is not known.
    pub fn defined(&self, tariff_id: &TariffId) -> Result<&DefinedTariff, TariffCommandError> {
        match self {
            Self::Defined(tariff) => Ok(tariff),
            Self::Absent => Err(TariffCommandError::Unknown(tariff_id.clone())),
        }
    }
}

fn define(definition: TariffDefined) -> Result<TariffEvent, TariffCommandError> {
    if !(1..=NAME_LENGTH_MAX).contains(&definition.name.chars().count()) {
        return Err(TariffCommandError::NameInvalid);
    }
    if !(1..=PAYMENT_DAYS_MAX).contains(&definition.payment_days) {
        return Err(TariffCommandError::PaymentDaysInvalid);
    }
    check_gaps(&definition.schedule)?;
    Ok(TariffEvent::Defined(definition))
}

/// A version that ends is followed by the next at once: no day in between is without a price.
fn check_gaps(schedule: &TariffSchedule) -> Result<(), TariffCommandError> {
    let versions = schedule.versions();
    let pairs = versions.iter().zip(versions.iter().skip(1));
    for (earlier, later) in pairs {
        if earlier.to.is_some_and(|to| to < later.from) {
            return Err(TariffCommandError::VersionsGap { from: later.from });
        }
    }
    Ok(())
}

/// A day's fee above a hundredth of the bill is a typing error.
fn set_late_fee(
    tariff: &DefinedTariff,
    terms: LateFeeTerms,
) -> Result<TariffEvent, TariffCommandError> {
    if !(Decimal::ZERO..=Decimal::ONE).contains(&terms.per_day.value())
        || terms.minimum.is_negative()
    {
        return Err(TariffCommandError::LateFeeInvalid);
    }
    match tariff.late_fees.last().map(|last| last.from) {
        Some(last) if terms.from <= last => Err(TariffCommandError::LateFeeNotLater { last }),
        _ => Ok(TariffEvent::LateFeeSet(terms)),
    }
}

impl Aggregate for Tariff {
    const TYPE: &'static str = "tariff";
    type Command = TariffCommand;
    type Event = TariffEvent;
    type Error = TariffCommandError;
    type Services = ();

    async fn handle(
        &mut self,
        command: TariffCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), TariffCommandError> {
        let event = match (&*self, command) {
            (Self::Absent, TariffCommand::Define(definition)) => define(definition)?,
            (Self::Absent, _) => return Err(TariffCommandError::Absent),
            (Self::Defined(tariff), TariffCommand::Define(_)) => {
                return Err(TariffCommandError::AlreadyDefined(tariff.tariff_id.clone()));
            }
            (Self::Defined(tariff), TariffCommand::PublishVersion(version)) => {
                check_gaps(&tariff.schedule.with_version(version.clone())?)?;
                TariffEvent::VersionPublished { version }
            }
            (Self::Defined(tariff), TariffCommand::SetLateFee(terms)) => {
                set_late_fee(tariff, terms)?
            }
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: TariffEvent) {
        match (self, event) {
            (state, TariffEvent::Defined(definition)) => {
                *state = Self::Defined(DefinedTariff {
                    tariff_id: definition.tariff_id,
                    name: definition.name,
                    payment_days: definition.payment_days,
                    schedule: definition.schedule,
                    late_fees: Vec::new(),
                });
            }
            (Self::Defined(tariff), TariffEvent::VersionPublished { version }) => {
                // `handle` has checked that the version fits after the others.
                if let Ok(schedule) = tariff.schedule.with_version(version) {
                    tariff.schedule = schedule;
                }
            }
            (Self::Defined(tariff), TariffEvent::LateFeeSet(terms)) => {
                tariff.late_fees.push(terms);
            }
            (Self::Absent, TariffEvent::VersionPublished { .. } | TariffEvent::LateFeeSet(_)) => {}
        }
    }
}
