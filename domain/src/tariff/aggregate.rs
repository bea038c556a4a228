use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::command::TariffCommand;
use super::error::TariffCommandError;
use super::event::{TariffDefined, TariffEvent};
use crate::rating::TariffSchedule;
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
    Ok(TariffEvent::Defined(definition))
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
                tariff.schedule.with_version(version.clone())?;
                TariffEvent::VersionPublished { version }
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
                });
            }
            (Self::Defined(tariff), TariffEvent::VersionPublished { version }) => {
                // `handle` has checked that the version fits after the others.
                if let Ok(schedule) = tariff.schedule.with_version(version) {
                    tariff.schedule = schedule;
                }
            }
            (Self::Absent, TariffEvent::VersionPublished { .. }) => {}
        }
    }
}
