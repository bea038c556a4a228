//! 随抄随扣: what a prepaid account's meters show is charged when it is accepted (R23).

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::measure::{Measured, measure, taken_over};
use super::process::{BillIssued, Tariffs, load, rate_all};
use crate::account::{
    Account, AccountCommand, AccountRecord, AssignedMeter, Bill, ChargeScheme, MeterReleased,
};
use crate::billing_master::{BillingMaster, mastery, ours_since};
use crate::billing_month::booked_in;
use crate::meter::{AcceptedReading, Meter};
use crate::tariff::Tariff;
use crate::units::{AccountNo, BillNo, BillingMonth, TariffId, business_date};

/// Charges a prepaid account for all that its meters have counted since the last time. Nothing new,
/// or an account that has become postpaid, is no reason to refuse: readings and changes of scheme
/// overtake each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeductUsage {
    pub account_no: AccountNo,
}

/// The bill that was charged, if any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDeducted {
    pub account_no: AccountNo,
    pub bill: Option<BillIssued>,
}

impl Process for DeductUsage {
    const NAME: &'static str = "billing.deduct_usage";
    type Outcome = UsageDeducted;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<UsageDeducted, Stop> {
        let account_no = self.account_no.clone();
        let account = workspace.get::<Account>(account_no.as_str())?;
        let prepaid = account.opened(&account_no)?.scheme().kind() == ChargeScheme::Prepaid;
        let bill = if prepaid {
            deduct(&account_no, context, workspace)?
        } else {
            None
        };
        Ok(UsageDeducted { account_no, bill })
    }
}

/// Charges a prepaid account for what no bill has covered yet.
pub(crate) fn deduct(
    account_no: &AccountNo,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<Option<BillIssued>, Stop> {
    let bill = draft(account_no, Scope::Now, context, workspace)?;
    charge(
        account_no,
        bill,
        |bill| AccountCommand::Deduct { bill },
        workspace,
    )
}

/// Charges what no bill has covered up to a day, for the last time, however the account pays.
pub(super) fn final_bill(
    account_no: &AccountNo,
    on: NaiveDate,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<Option<BillIssued>, Stop> {
    let bill = draft(account_no, Scope::Final(on), context, workspace)?;
    charge(
        account_no,
        bill,
        |bill| AccountCommand::ChargeFinal { bill },
        workspace,
    )
}

fn charge(
    account_no: &AccountNo,
    bill: Option<Bill>,
    command: fn(Bill) -> AccountCommand,
    workspace: &mut Workspace,
) -> Result<Option<BillIssued>, Stop> {
    let Some(bill) = bill else {
        return Ok(None);
    };
    let issued = BillIssued {
        account_no: account_no.clone(),
        bill_no: bill.bill_no.clone(),
        total: bill.total,
    };
    workspace.execute::<Account>(account_no.as_str(), command(bill))?;
    Ok(Some(issued))
}

/// Which readings a bill beside the monthly ones takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All there are. A meter that was corrected below what is charged waits until its readings catch
    /// up, and holds the others not up.
    Now,
    /// The same, as if those after a day were not there.
    Until(NaiveDate),
    /// Those up to the end of a day, for the last time: there will be no others to catch up.
    Final(NaiveDate),
}

impl Scope {
    /// The meter, with no reading after the last day.
    fn limit(self, meter: &AssignedMeter) -> AssignedMeter {
        let mut meter = meter.clone();
        if let Self::Until(on) | Self::Final(on) = self {
            let until = meter.released.map_or(on, |released| released.on.min(on));
            meter.released = Some(MeterReleased {
                meter_no: meter.meter_no.clone(),
                on: until,
                cumulative: meter.billed_cumulative,
            });
        }
        meter
    }
}

pub(super) fn draft(
    account_no: &AccountNo,
    scope: Scope,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<Option<Bill>, Stop> {
    let account = workspace.get::<Account>(account_no.as_str())?;
    let account = account.opened(account_no)?;
    let campus = account.campus.clone();
    let last_billed = account.ledger().last_billed();
    let assigned: Vec<AssignedMeter> = account
        .meters()
        .iter()
        .filter(|meter| !meter.is_settled())
        .map(|meter| scope.limit(meter))
        .collect();
    let today = business_date(context.at);
    load(&campus, BillingMonth::of(today), &assigned, workspace)?;
    let Some(read_in) = last_read(&assigned, workspace)? else {
        return Ok(None);
    };
    // A reading that comes late, or a month that was billed after, is charged where books are open.
    let month = last_billed.map_or(read_in, |billed| read_in.max(billed));
    let month = booked_in(&campus, month, workspace)?;
    let since = ours_since(&campus, read_in, workspace)?;
    let measured = measure_new((&assigned, since), month, scope, workspace)?;
    if measured.is_empty() {
        return Ok(None);
    }
    if mastery(&campus, read_in, workspace)?.master == BillingMaster::ChargingSystem {
        return match scope {
            // The charging system asks for it; readings and its files overtake each other.
            Scope::Now | Scope::Until(_) => Ok(None),
            Scope::Final(_) => Err(BillingError::FinalBillThere(read_in).into()),
        };
    }
    let mut tariffs = Tariffs::default();
    for usage in &measured {
        tariffs.add(&usage.meter.tariff_id, workspace)?;
    }
    let account = workspace.get::<Account>(account_no.as_str())?;
    let account = account.opened(account_no)?;
    let bill = rate_all(
        account,
        (bill_no(account, month)?, month),
        today,
        &measured,
        &tariffs,
    )?;
    Ok(Some(bill))
}

/// The longest time to pay that the tariffs of an account's meters give.
pub(crate) fn payment_days(
    account: &AccountRecord,
    workspace: &mut Workspace,
) -> Result<u16, Stop> {
    let tariffs: Vec<TariffId> = account
        .meters()
        .iter()
        .map(|meter| meter.tariff_id.clone())
        .collect();
    workspace.need::<Tariff>(tariffs.iter().map(ToString::to_string))?;
    let mut days = 0;
    for tariff_id in &tariffs {
        let tariff = workspace.get::<Tariff>(tariff_id.as_str())?;
        days = days.max(tariff.defined(tariff_id)?.payment_days);
    }
    Ok(days)
}

/// The month of the last accepted reading of any of the meters.
fn last_read(
    assigned: &[AssignedMeter],
    workspace: &mut Workspace,
) -> Result<Option<BillingMonth>, Stop> {
    let mut last = None;
    for meter in assigned {
        let readings = workspace.get::<Meter>(meter.meter_no.as_str())?.accepted();
        let released = meter.released.as_ref();
        let counts =
            |it: &&AcceptedReading| released.is_none_or(|released| it.read_on <= released.on);
        let reading = readings.iter().rev().find(counts);
        last = last.max(reading.map(|it| BillingMonth::of(it.read_on)));
    }
    Ok(last)
}

/// The meters that have counted on.
fn measure_new(
    (assigned, since): (&[AssignedMeter], Option<NaiveDate>),
    month: BillingMonth,
    scope: Scope,
    workspace: &mut Workspace,
) -> Result<Vec<Measured>, Stop> {
    let mut measured = Vec::new();
    for meter in assigned {
        let readings = workspace.get::<Meter>(meter.meter_no.as_str())?;
        let meter = &taken_over(meter, readings, since)?;
        match measure(meter, readings, month) {
            Ok(usage) => measured.extend(usage.filter(|usage| !usage.usage.is_zero())),
            Err(BillingError::BilledAlready(_)) if !matches!(scope, Scope::Final(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(measured)
}

/// `A1-202609P002`: the second of a month, so that numbers go on by their text.
fn bill_no(account: &AccountRecord, month: BillingMonth) -> Result<BillNo, Stop> {
    let (year, of_year) = (month.year(), month.month());
    let (account_no, of_month) = (
        &account.account_no,
        account.ledger().times_billed(month) + 1,
    );
    BillNo::try_new(format!("{account_no}-{year:04}{of_year:02}P{of_month:03}"))
        .map_err(|error| Stop::Corrupt(error.to_string()))
}
