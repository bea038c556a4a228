use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::measure::{Measured, measure, taken_over};
use super::to_date::{Had, Rateable, ToDate, stays, tiers};
use crate::account::{
    Account, AccountCommand, AccountRecord, AssignedMeter, Bill, BillLine, ChargedMeter,
    OccupantShare, TierCounted,
};
use crate::billing_master::{BillingMaster, BillingMasters, mastery, ours_since};
use crate::billing_month::{BillingMonthBooks, books_of, require_open};
use crate::meter::Meter;
use crate::rating::{RatedBill, TariffSchedule, rate};
use crate::tariff::Tariff;
use crate::units::{
    AccountNo, BillNo, BillingMonth, CampusId, Commodity, Fen, MeterNo, NoticeNo, ReadingId,
    TariffId, business_date,
};

/// Issues an account's bill for a month from what its meters show (R2): every line names the
/// readings it comes from. A correction of readings already billed goes on the next bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssueBill {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    /// Without one, as many days from now as the tariffs give.
    pub due_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillIssued {
    pub account_no: AccountNo,
    pub bill_no: BillNo,
    pub total: Fen,
}

impl Process for IssueBill {
    const NAME: &'static str = "billing.issue_bill";
    type Outcome = BillIssued;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillIssued, Stop> {
        let BillPreview { bill, due_on } = draft(
            &self.account_no,
            self.month,
            self.due_on,
            context,
            workspace,
        )?;
        let issued = BillIssued {
            account_no: self.account_no.clone(),
            bill_no: bill.bill_no.clone(),
            total: bill.total,
        };
        let notice_no = NoticeNo::try_new(format!("N{}", bill.bill_no))
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let charge = AccountCommand::Charge {
            bill,
            notice_no,
            due_on,
        };
        workspace.execute::<Account>(self.account_no.as_str(), charge)?;
        Ok(issued)
    }
}

/// What [`IssueBill`] would issue now; it decides nothing and writes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PreviewBill {
    pub account_no: AccountNo,
    pub month: BillingMonth,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillPreview {
    pub bill: Bill,
    pub due_on: NaiveDate,
}

impl Process for PreviewBill {
    const NAME: &'static str = "billing.preview_bill";
    type Outcome = BillPreview;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BillPreview, Stop> {
        draft(&self.account_no, self.month, None, context, workspace)
    }
}

/// Refuses a month that the charging system bills.
pub(crate) fn require_ours(
    campus: &CampusId,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    match mastery(campus, month, workspace)?.master {
        BillingMaster::Here => Ok(()),
        BillingMaster::ChargingSystem => Err(BillingError::BilledThere(month).into()),
    }
}

fn draft(
    account_no: &AccountNo,
    month: BillingMonth,
    due_on: Option<NaiveDate>,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<BillPreview, Stop> {
    let today = business_date(context.at);
    if month.first_day() > today {
        return Err(BillingError::MonthInFuture(month).into());
    }
    if due_on.is_some_and(|due_on| due_on < today) {
        return Err(BillingError::DueBeforeIssue.into());
    }
    let account = workspace
        .get::<Account>(account_no.as_str())?
        .opened(account_no)?;
    account.check_billable(month)?;
    let campus = account.campus.clone();
    let assigned: Vec<AssignedMeter> = account
        .meters()
        .iter()
        .filter(|meter| !meter.is_settled())
        .cloned()
        .collect();
    load(&campus, month, &assigned, workspace)?;
    require_ours(&campus, month, workspace)?;
    require_open(&campus, month, workspace)?;
    let since = ours_since(&campus, month, workspace)?;
    let measured = measure_all(account_no, month, (&assigned, since), workspace)?;
    let mut tariffs = Tariffs::default();
    for usage in &measured {
        tariffs.add(&usage.meter.tariff_id, workspace)?;
    }
    let account = workspace
        .get::<Account>(account_no.as_str())?
        .opened(account_no)?;
    let bill_no = bill_no(account, month)?;
    let bill = rate_all(account, (bill_no, month), today, &measured, &tariffs)?;
    let default_due = today.checked_add_days(Days::new(u64::from(tariffs.payment_days)));
    let due_on = due_on.or(default_due).ok_or(BillingError::Overflow)?;
    Ok(BillPreview { bill, due_on })
}

/// Meters, tariffs and the month's books in one round trip.
pub(super) fn load(
    campus: &CampusId,
    month: BillingMonth,
    assigned: &[AssignedMeter],
    workspace: &Workspace,
) -> Result<(), Stop> {
    let meters = workspace.need::<Meter>(assigned.iter().map(|it| it.meter_no.to_string()));
    let tariffs = workspace.need::<Tariff>(assigned.iter().map(|it| it.tariff_id.to_string()));
    let books = workspace.need::<BillingMonthBooks>([books_of(campus, month)]);
    let masters = workspace.need::<BillingMasters>([campus.to_string()]);
    Stop::join([meters, tariffs, books, masters])
}

/// `since`: where the charging system billed until then.
pub(super) fn measure_all(
    account_no: &AccountNo,
    month: BillingMonth,
    (assigned, since): (&[AssignedMeter], Option<NaiveDate>),
    workspace: &mut Workspace,
) -> Result<Vec<Measured>, Stop> {
    let mut measured = Vec::new();
    let mut waiting = None;
    for meter in assigned {
        let readings = workspace.get::<Meter>(meter.meter_no.as_str())?;
        let meter = &taken_over(meter, readings, since)?;
        match measure(meter, readings, month) {
            Ok(None) if readings.holds_reading(meter.billed_to, month.period().to()) => {
                waiting = waiting.or(Some(BillingError::ReadingsHeld(meter.meter_no.clone())));
            }
            Ok(Some(usage)) if readings.doubts_photo(&usage.to_reading) => {
                waiting = waiting.or(Some(BillingError::PhotoDoubted(meter.meter_no.clone())));
            }
            Ok(usage) => measured.extend(usage),
            // One meter that has to catch up does not hold the others up.
            Err(error @ BillingError::BilledAlready(_)) => waiting = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    if measured.is_empty() {
        let account_no = account_no.clone();
        let nothing = BillingError::NothingToBill { account_no, month };
        return Err(waiting.unwrap_or(nothing).into());
    }
    Ok(measured)
}

#[derive(Default)]
pub(super) struct Tariffs {
    pub(super) schedules: BTreeMap<TariffId, TariffSchedule>,
    /// The longest any of them gives.
    pub(super) payment_days: u16,
}

impl Tariffs {
    pub(super) fn add(
        &mut self,
        tariff_id: &TariffId,
        workspace: &mut Workspace,
    ) -> Result<(), Stop> {
        if !self.schedules.contains_key(tariff_id) {
            let tariff = workspace
                .get::<Tariff>(tariff_id.as_str())?
                .defined(tariff_id)?;
            self.payment_days = self.payment_days.max(tariff.payment_days);
            self.schedules
                .insert(tariff_id.clone(), tariff.schedule.clone());
        }
        Ok(())
    }
}

pub(super) fn rate_all(
    account: &AccountRecord,
    (bill_no, month): (BillNo, BillingMonth),
    today: NaiveDate,
    measured: &[Measured],
    tariffs: &Tariffs,
) -> Result<Bill, Stop> {
    let mut to_date = ToDate::after(account);
    let (mut lines, mut meters) = (Vec::new(), Vec::new());
    let mut rest = measured;
    while let Some((usage, later)) = rest.split_first() {
        rest = later;
        let tariff_id = &usage.meter.tariff_id;
        // Every tariff of a measured meter was added.
        let Some(schedule) = tariffs.schedules.get(tariff_id) else {
            continue;
        };
        let occupants = account.occupants().during(&usage.period);
        let rateable = Rateable {
            tariff_id,
            period: usage.period,
            usage: usage.usage,
            rates: usage.rates.clone(),
            persons: account.household_persons,
            stays: stays(occupants.as_deref()),
            month,
            is_last: !rest.iter().any(|later| later.meter.tariff_id == *tariff_id),
        };
        let rated = rate(schedule, &to_date.input(schedule, &rateable)?)?;
        let readings = usage.meter.billed_reading.iter().chain([&usage.to_reading]);
        let readings: Vec<ReadingId> = readings.cloned().collect();
        lines.extend(bill_lines(
            (&usage.meter.meter_no, usage.meter.commodity, tariff_id),
            &readings,
            &rated,
        ));
        let tiers = tiers(&rated);
        to_date.count(&rateable, &tiers, Had::of(&rated)?);
        let shares = occupants.map(|there| OccupantShare::share(&there, rated.total));
        let shares = shares.map(|shares| shares.ok_or(BillingError::Overflow));
        meters.push(charged(usage.clone(), tiers, shares.transpose()?));
    }
    let total = Fen::checked_sum(lines.iter().map(|line: &BillLine| line.amount));
    Ok(Bill {
        bill_no,
        month,
        issued_on: today,
        lines,
        total: total.ok_or(BillingError::Overflow)?,
        meters,
        origin: None,
        shared_of: None,
    })
}

/// A bill that takes a void one's place bears its revision.
pub(super) fn bill_no(account: &AccountRecord, month: BillingMonth) -> Result<BillNo, Stop> {
    let (year, of_year) = (month.year(), month.month());
    let account_no = &account.account_no;
    let text = match account.ledger().times_billed(month) {
        0 => format!("{account_no}-{year:04}{of_year:02}"),
        earlier => format!("{account_no}-{year:04}{of_year:02}R{}", earlier + 1),
    };
    BillNo::try_new(text).map_err(|error| Stop::Corrupt(error.to_string()))
}

pub(super) fn bill_lines(
    (meter_no, commodity, tariff_id): (&MeterNo, Commodity, &TariffId),
    readings: &[ReadingId],
    rated: &RatedBill,
) -> Vec<BillLine> {
    let lines = rated.lines.iter().map(|line| BillLine {
        meter_no: meter_no.clone(),
        commodity,
        component: line.component.clone(),
        tariff_id: tariff_id.clone(),
        version_from: line.version_from,
        tier: line.tier,
        quantity: line.quantity,
        price: line.price,
        amount: line.amount,
        borne: line.borne,
        readings: readings.to_vec(),
    });
    lines.collect()
}

fn charged(
    usage: Measured,
    tiers: Vec<TierCounted>,
    occupants: Option<Vec<OccupantShare>>,
) -> ChargedMeter {
    let meter = usage.meter;
    ChargedMeter {
        meter_no: meter.meter_no,
        assigned_from: meter.from,
        commodity: meter.commodity,
        tariff_id: meter.tariff_id,
        from_reading: meter.billed_reading,
        to_reading: usage.to_reading,
        period: usage.period,
        usage: usage.usage,
        cumulative: usage.cumulative,
        rates: usage.rates,
        rates_cumulative: usage.rates_cumulative,
        tiers,
        occupants,
    }
}
