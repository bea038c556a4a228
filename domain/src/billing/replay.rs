//! 复算: a bill worked out again from what was known when it was issued, with everything that went
//! into it (X3). The decision is that of the bill itself; only the history it sees ends earlier.

use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::change::account_of;
use super::deduct::{Scope, draft};
use super::error::BillingError;
use super::process::PreviewBill;
use crate::account::{Account, Bill};
use crate::meter::{Meter, Quality};
use crate::rating::TariffVersion;
use crate::tariff::Tariff;
use crate::units::{AccountNo, BillingMonth, Index, MeterNo, Quantity, ReadingId, TariffId};
use crate::validation_rules::ValidationRules;

/// Works a bill out again. To be decided over the events before the bill's, at the bill's time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplayBill {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    /// Of a bill that is none of a month's billing run, the last day it covers.
    pub until: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillReplayed {
    pub bill: Bill,
    /// The size of the household.
    pub persons: u32,
    /// Each reading a line names, once, by meter and time.
    pub readings: Vec<ReplayedReading>,
    /// Each price version a line names, once.
    pub versions: Vec<ReplayedVersion>,
}

/// A reading as it was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayedReading {
    pub meter_no: MeterNo,
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub read_on: NaiveDate,
    pub usage: Quantity,
    pub cumulative: Quantity,
    pub quality: Quality,
    /// The validation rules in force on its day.
    pub rules_version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayedVersion {
    pub tariff_id: TariffId,
    pub version: TariffVersion,
}

impl Process for ReplayBill {
    const NAME: &'static str = "billing.replay_bill";
    type Outcome = BillReplayed;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillReplayed, Stop> {
        let bill = self.bill(context, workspace)?;
        let account = workspace.get::<Account>(self.account_no.as_str())?;
        let persons = account.opened(&self.account_no)?.household_persons;
        let readings = readings(&bill, workspace)?;
        let versions = versions(&bill, workspace)?;
        Ok(BillReplayed {
            bill,
            persons,
            readings,
            versions,
        })
    }
}

impl ReplayBill {
    /// A bill's number says which way it was worked out.
    pub fn of(bill: &Bill) -> Result<Self, BillingError> {
        // What the charging system has worked out cannot be worked out here.
        if bill.origin.is_some() {
            return Err(BillingError::BillImported(bill.bill_no.clone()));
        }
        if bill.shared_of.is_some() {
            return Err(BillingError::BillShared(bill.bill_no.clone()));
        }
        let last_days = bill.meters.iter().map(|meter| meter.period.to());
        let by_run = bill.bill_no.as_str().rsplit_once('-');
        let by_run = by_run.is_none_or(|(_, month)| !month.contains('P'));
        Ok(Self {
            account_no: account_of(&bill.bill_no)?,
            month: bill.month,
            until: last_days.max().filter(|_| !by_run),
        })
    }

    fn bill(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<Bill, Stop> {
        let account_no = self.account_no.clone();
        let Some(until) = self.until else {
            let month = self.month;
            let preview = PreviewBill { account_no, month };
            return Ok(preview.decide(context, workspace)?.bill);
        };
        let bill = draft(&account_no, Scope::Until(until), context, workspace)?;
        let month = self.month;
        Ok(bill.ok_or(BillingError::NothingToBill { account_no, month })?)
    }
}

fn readings(bill: &Bill, workspace: &mut Workspace) -> Result<Vec<ReplayedReading>, Stop> {
    let mut found = Vec::new();
    for charged in &bill.meters {
        let ids = charged.from_reading.iter().chain([&charged.to_reading]);
        let meter = workspace.get::<Meter>(charged.meter_no.as_str())?;
        let meter = meter.registered()?.clone();
        for reading_id in ids {
            let Some(reading) = meter.accepted_reading(reading_id) else {
                continue;
            };
            let rules = workspace.get::<ValidationRules>(ValidationRules::ID)?;
            found.push(ReplayedReading {
                meter_no: charged.meter_no.clone(),
                reading_id: reading_id.clone(),
                index: reading.index,
                read_at: reading.read_at,
                read_on: reading.read_on,
                usage: reading.usage,
                cumulative: reading.cumulative,
                quality: reading.quality,
                rules_version: rules.in_force(reading.read_on).version,
            });
        }
    }
    Ok(found)
}

fn versions(bill: &Bill, workspace: &mut Workspace) -> Result<Vec<ReplayedVersion>, Stop> {
    let named: BTreeSet<(&TariffId, NaiveDate)> = bill
        .lines
        .iter()
        .map(|line| (&line.tariff_id, line.version_from))
        .collect();
    let mut found = Vec::with_capacity(named.len());
    for (tariff_id, from) in named {
        let tariff = workspace.get::<Tariff>(tariff_id.as_str())?;
        let versions = tariff.defined(tariff_id)?.schedule.versions();
        if let Some(version) = versions.iter().find(|version| version.from == from) {
            found.push(ReplayedVersion {
                tariff_id: tariff_id.clone(),
                version: version.clone(),
            });
        }
    }
    Ok(found)
}
