//! Which meters an account pays for, over the account, the meter and its tariff.

use chaobiao_decision::{ClaimKey, CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::Account;
use super::command::AccountCommand;
use super::error::AccountError;
use super::event::{MeterAssigned, MeterReleased};
use crate::meter::{AcceptedReading, Meter};
use crate::shared_allocation::SharedAllocation;
use crate::tariff::Tariff;
use crate::units::{AccountNo, MeterNo, Quantity, RateQuantities, TariffId, business_date};

/// A meter is paid for by one account at a time; this key says by which.
pub fn meter_claim(meter_no: &MeterNo) -> ClaimKey {
    ClaimKey::new("meter.account", meter_no.as_str())
}

/// The last reading up to a day's end.
fn reading_on(readings: &[AcceptedReading], date: NaiveDate) -> Option<&AcceptedReading> {
    readings
        .iter()
        .rev()
        .find(|reading| reading.read_on <= date)
}

/// Makes an account pay for a meter, from the last reading on or before a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssignMeter {
    pub account_no: AccountNo,
    pub meter_no: MeterNo,
    pub tariff_id: TariffId,
    /// Today, when not given.
    pub from: Option<NaiveDate>,
}

/// The account and the meter a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterAssignment {
    pub account_no: AccountNo,
    pub meter_no: MeterNo,
}

impl Process for AssignMeter {
    const NAME: &'static str = "account.assign_meter";
    type Outcome = MeterAssignment;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterAssignment, Stop> {
        let id = self.account_no.as_str();
        workspace.get::<Account>(id)?.opened(&self.account_no)?;
        let tariff = workspace.get::<Tariff>(self.tariff_id.as_str())?;
        let tariff_commodity = tariff.defined(&self.tariff_id)?.schedule.commodity();
        let meter = workspace.get::<Meter>(self.meter_no.as_str())?;
        let commodity = meter.registered()?.card().commodity;
        if tariff_commodity != commodity {
            let (tariff, meter) = (tariff_commodity, commodity);
            return Err(AccountError::TariffForOtherCommodity { tariff, meter }.into());
        }
        // Nobody pays for what several share already.
        let shared = workspace.get::<SharedAllocation>(self.meter_no.as_str())?;
        if shared.is_open() {
            return Err(AccountError::MeterShared(self.meter_no.clone()).into());
        }
        let meter = workspace.get::<Meter>(self.meter_no.as_str())?;
        let from = self.from.unwrap_or(business_date(context.at));
        let reading = reading_on(meter.accepted(), from);
        let assignment = MeterAssigned {
            meter_no: self.meter_no.clone(),
            commodity,
            tariff_id: self.tariff_id.clone(),
            from,
            cumulative: reading.map_or(Quantity::ZERO, |reading| reading.cumulative),
            rates: match reading {
                Some(reading) => meter.rates_at(&reading.reading_id)?,
                None => RateQuantities::default(),
            },
            reading: reading.map(|reading| reading.reading_id.clone()),
        };
        workspace.execute::<Account>(id, AccountCommand::AssignMeter(assignment))?;
        let taken = AccountError::MeterTaken(self.meter_no.clone()).into();
        workspace.claim(meter_claim(&self.meter_no), id, taken)?;
        Ok(MeterAssignment {
            account_no: self.account_no.clone(),
            meter_no: self.meter_no.clone(),
        })
    }
}

/// Ends that; what was used up to the last reading on or before that day is still billed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleaseMeter {
    pub account_no: AccountNo,
    pub meter_no: MeterNo,
    /// Today, when not given.
    pub on: Option<NaiveDate>,
}

impl Process for ReleaseMeter {
    const NAME: &'static str = "account.release_meter";
    type Outcome = MeterAssignment;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<MeterAssignment, Stop> {
        let id = self.account_no.as_str();
        workspace.get::<Account>(id)?.opened(&self.account_no)?;
        let on = self.on.unwrap_or(business_date(context.at));
        let readings = workspace.get::<Meter>(self.meter_no.as_str())?.accepted();
        let cumulative = reading_on(readings, on).map_or(Quantity::ZERO, |it| it.cumulative);
        let release = MeterReleased {
            meter_no: self.meter_no.clone(),
            on,
            cumulative,
        };
        workspace.execute::<Account>(id, AccountCommand::ReleaseMeter(release))?;
        workspace.release(meter_claim(&self.meter_no))?;
        Ok(MeterAssignment {
            account_no: self.account_no.clone(),
            meter_no: self.meter_no.clone(),
        })
    }
}
