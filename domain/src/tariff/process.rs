use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::Tariff;
use super::command::TariffCommand;
use super::error::TariffCommandError;
use super::event::TariffDefined;
use crate::rating::{LateFeeTerms, TariffSchedule, TariffTerms, TariffVersion};
use crate::units::{Commodity, TariffId};

/// Makes a tariff known, with its first versions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DefineTariff {
    pub tariff_id: TariffId,
    pub name: String,
    pub payment_days: u16,
    pub commodity: Commodity,
    pub terms: TariffTerms,
}

/// The tariff a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffChanged {
    pub tariff_id: TariffId,
}

impl Process for DefineTariff {
    const NAME: &'static str = "tariff.define";
    type Outcome = TariffChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TariffChanged, Stop> {
        let schedule = TariffSchedule::try_new(self.commodity, self.terms.clone())
            .map_err(TariffCommandError::Terms)?;
        let definition = TariffDefined {
            tariff_id: self.tariff_id.clone(),
            name: self.name.trim().to_owned(),
            payment_days: self.payment_days,
            schedule,
        };
        workspace.execute::<Tariff>(self.tariff_id.as_str(), TariffCommand::Define(definition))?;
        Ok(TariffChanged {
            tariff_id: self.tariff_id.clone(),
        })
    }
}

/// Adds a version after all the tariff has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishTariffVersion {
    pub tariff_id: TariffId,
    pub version: TariffVersion,
}

impl Process for PublishTariffVersion {
    const NAME: &'static str = "tariff.publish_version";
    type Outcome = TariffChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TariffChanged, Stop> {
        workspace
            .get::<Tariff>(self.tariff_id.as_str())?
            .defined(&self.tariff_id)?;
        let command = TariffCommand::PublishVersion(self.version.clone());
        workspace.execute::<Tariff>(self.tariff_id.as_str(), command)?;
        Ok(TariffChanged {
            tariff_id: self.tariff_id.clone(),
        })
    }
}

/// Says what paying late costs from a day on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetLateFee {
    pub tariff_id: TariffId,
    pub terms: LateFeeTerms,
}

impl Process for SetLateFee {
    const NAME: &'static str = "tariff.set_late_fee";
    type Outcome = TariffChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<TariffChanged, Stop> {
        workspace
            .get::<Tariff>(self.tariff_id.as_str())?
            .defined(&self.tariff_id)?;
        let command = TariffCommand::SetLateFee(self.terms.clone());
        workspace.execute::<Tariff>(self.tariff_id.as_str(), command)?;
        Ok(TariffChanged {
            tariff_id: self.tariff_id.clone(),
        })
    }
}
