use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::aggregate::SharedAllocation;
use super::command::SharedAllocationCommand;
use super::error::SharedAllocationError;
use super::event::{
    AllocationAgreed, AllocationKey, AllocationMember, AllocationSource, SharesCancelled,
    SharesPosted,
};
use super::shares::{LossKnown, measured_period, work_out};
use crate::account::{Account, AccountCommand, meter_claim};
use crate::billing::BillingError;
use crate::billing_master::{BillingMaster, mastery};
use crate::billing_month::require_open;
use crate::meter::Meter;
use crate::tariff::Tariff;
use crate::units::{
    AccountNo, BillingMonth, MeterNo, Period, Quantity, TariffId, business_date, written,
};

const REASON_LENGTH_MAX: usize = 200;

/// The common meter a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationChanged {
    pub meter_no: MeterNo,
}

/// Sets up who pays for a common meter from a day on, from the last reading on or before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreeAllocation {
    pub meter_no: MeterNo,
    pub tariff_id: TariffId,
    /// Today, when not given.
    pub from: Option<NaiveDate>,
    pub source: AllocationSource,
    pub key: AllocationKey,
    pub members: Vec<AllocationMember>,
}

impl Process for AgreeAllocation {
    const NAME: &'static str = "shared_allocation.agree";
    type Outcome = AllocationChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AllocationChanged, Stop> {
        let numbers = self.members.iter().map(|it| it.account_no.to_string());
        workspace.need::<Account>(numbers)?;
        let meter = workspace.get::<Meter>(self.meter_no.as_str())?;
        let commodity = meter.registered()?.card().commodity;
        let from = self.from.unwrap_or(business_date(context.at));
        let mut readings = meter.accepted().iter().rev();
        let reading = readings.find(|reading| reading.read_on <= from);
        let cumulative = reading.map_or(Quantity::ZERO, |reading| reading.cumulative);
        let reading = reading.map(|reading| reading.reading_id.clone());
        let tariff = workspace.get::<Tariff>(self.tariff_id.as_str())?;
        if tariff.defined(&self.tariff_id)?.schedule.commodity() != commodity {
            return Err(SharedAllocationError::OtherCommodity.into());
        }
        // Nobody pays twice for what one meter shows.
        if workspace.holder(&meter_claim(&self.meter_no))?.is_some() {
            return Err(SharedAllocationError::MeterPaidFor(self.meter_no.clone()).into());
        }
        for member in &self.members {
            let account = workspace.get::<Account>(member.account_no.as_str())?;
            account.opened(&member.account_no)?;
        }
        let agreed = AllocationAgreed {
            meter_no: self.meter_no.clone(),
            commodity,
            tariff_id: self.tariff_id.clone(),
            from,
            source: self.source,
            key: self.key,
            members: self.members.clone(),
            cumulative,
            reading,
        };
        execute(
            &self.meter_no,
            SharedAllocationCommand::Agree(agreed),
            workspace,
        )
    }
}

fn execute(
    meter_no: &MeterNo,
    command: SharedAllocationCommand,
    workspace: &mut Workspace,
) -> Result<AllocationChanged, Stop> {
    workspace.execute::<SharedAllocation>(meter_no.as_str(), command)?;
    Ok(AllocationChanged {
        meter_no: meter_no.clone(),
    })
}

/// Ends the agreement over a common meter; what was used up to the last reading on or before that day
/// is still shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndAllocation {
    pub meter_no: MeterNo,
    /// Today, when not given.
    pub on: Option<NaiveDate>,
}

impl Process for EndAllocation {
    const NAME: &'static str = "shared_allocation.end";
    type Outcome = AllocationChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AllocationChanged, Stop> {
        let today = business_date(context.at);
        let on = self.on.unwrap_or(today);
        if on > today {
            return Err(SharedAllocationError::InFuture.into());
        }
        let allocation = workspace.get::<SharedAllocation>(self.meter_no.as_str())?;
        allocation.agreement(&self.meter_no, None)?;
        execute(
            &self.meter_no,
            SharedAllocationCommand::End { on },
            workspace,
        )
    }
}

/// The days whose loss is to be looked up before it is previewed or posted; none where an agreement
/// shares usage. It decides nothing and writes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureLoss {
    pub meter_no: MeterNo,
    pub agreed_from: Option<NaiveDate>,
    pub month: BillingMonth,
}

impl Process for MeasureLoss {
    const NAME: &'static str = "shared_allocation.measure_loss";
    type Outcome = Option<Period>;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<Option<Period>, Stop> {
        let allocation = workspace.get::<SharedAllocation>(self.meter_no.as_str())?;
        let agreement = allocation
            .agreement(&self.meter_no, self.agreed_from)?
            .clone();
        match agreement.agreed.source {
            AllocationSource::Usage => Ok(None),
            AllocationSource::Loss => measured_period(&agreement, self.month, workspace).map(Some),
        }
    }
}

/// What [`PostShares`] would charge now; it decides nothing and writes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewShares {
    pub meter_no: MeterNo,
    /// The day the agreement began; without one, the last.
    pub agreed_from: Option<NaiveDate>,
    pub month: BillingMonth,
    /// Evidence, not part of what is asked for: the loss of the days [`MeasureLoss`] names.
    #[serde(skip)]
    pub loss: Option<LossKnown>,
}

impl Process for PreviewShares {
    const NAME: &'static str = "shared_allocation.preview";
    type Outcome = SharesPosted;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SharesPosted, Stop> {
        Ok(work_out(self, business_date(context.at), workspace)?.0)
    }
}

/// Shares a month of a common meter out: every account gets a bill over its part, all in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostShares {
    pub meter_no: MeterNo,
    pub agreed_from: Option<NaiveDate>,
    pub month: BillingMonth,
    /// Evidence, as for the preview.
    #[serde(skip)]
    pub loss: Option<LossKnown>,
}

impl Process for PostShares {
    const NAME: &'static str = "shared_allocation.post";
    type Outcome = SharesPosted;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SharesPosted, Stop> {
        let preview = PreviewShares {
            meter_no: self.meter_no.clone(),
            agreed_from: self.agreed_from,
            month: self.month,
            loss: self.loss,
        };
        let (posted, bills, due_on) = work_out(&preview, business_date(context.at), workspace)?;
        let command = SharedAllocationCommand::Post(posted.clone());
        execute(&self.meter_no, command, workspace)?;
        for (account_no, bill) in bills {
            let charge = AccountCommand::ChargeShare { bill, due_on };
            workspace.execute::<Account>(account_no.as_str(), charge)?;
        }
        Ok(posted)
    }
}

/// Takes the last month that was shared out back: its bills become void, and what was paid of them
/// credit. The month may be posted again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelShares {
    pub meter_no: MeterNo,
    pub agreed_from: Option<NaiveDate>,
    pub month: BillingMonth,
    pub reason: String,
}

impl Process for CancelShares {
    const NAME: &'static str = "shared_allocation.cancel";
    type Outcome = AllocationChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AllocationChanged, Stop> {
        let reason = written(&self.reason, "原因", REASON_LENGTH_MAX)
            .map_err(|_| SharedAllocationError::ReasonInvalid)?;
        let allocation = workspace.get::<SharedAllocation>(self.meter_no.as_str())?;
        let agreement = allocation
            .agreement(&self.meter_no, self.agreed_from)?
            .clone();
        let on = business_date(context.at);
        let cancelled = SharesCancelled {
            agreed_from: agreement.agreed.from,
            month: self.month,
            on,
            reason: reason.clone(),
        };
        let changed = execute(
            &self.meter_no,
            SharedAllocationCommand::Cancel(cancelled),
            workspace,
        )?;
        let shares = agreement
            .posted()
            .iter()
            .filter(|it| it.month == self.month);
        let shares: Vec<_> = shares.flat_map(|it| it.shares.clone()).collect();
        workspace.need::<Account>(shares.iter().map(|it| it.account_no.to_string()))?;
        for share in shares {
            let Some(bill_no) = share.bill_no else {
                continue;
            };
            require_month_open(&share.account_no, self.month, workspace)?;
            let void = AccountCommand::VoidShare {
                bill_no,
                voided_on: on,
                reason: reason.clone(),
            };
            workspace.execute::<Account>(share.account_no.as_str(), void)?;
        }
        Ok(changed)
    }
}

pub(super) fn require_month_open(
    account_no: &AccountNo,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    let campus = account.opened(account_no)?.campus.clone();
    if mastery(&campus, month, workspace)?.master == BillingMaster::ChargingSystem {
        return Err(BillingError::BilledThere(month).into());
    }
    require_open(&campus, month, workspace)
}
