use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::error::BillingError;
use super::measure::{Measured, measure};
use crate::account::{
    Account, AccountCommand, AccountRecord, AssignedMeter, Bill, BillLine, ChargedMeter,
    TierCounted,
};
use crate::meter::Meter;
use crate::rating::{RatedBill, RatingInput, TariffSchedule, rate};
use crate::tariff::Tariff;
use crate::units::{
    AccountNo, BillNo, BillingMonth, Fen, NoticeNo, Quantity, TariffId, business_date,
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
    let assigned: Vec<AssignedMeter> = account
        .meters()
        .iter()
        .filter(|meter| !meter.is_settled())
        .cloned()
        .collect();
    load(&assigned, workspace)?;
    let measured = measure_all(account_no, month, &assigned, workspace)?;
    let mut tariffs = Tariffs::default();
    for usage in &measured {
        tariffs.add(&usage.meter.tariff_id, workspace)?;
    }
    let account = workspace
        .get::<Account>(account_no.as_str())?
        .opened(account_no)?;
    let bill = rate_all(account, month, today, measured, &tariffs)?;
    let default_due = today.checked_add_days(Days::new(u64::from(tariffs.payment_days)));
    let due_on = due_on.or(default_due).ok_or(BillingError::Overflow)?;
    Ok(BillPreview { bill, due_on })
}

/// Meters and tariffs in one round trip.
fn load(assigned: &[AssignedMeter], workspace: &Workspace) -> Result<(), Stop> {
    let meters = workspace.need::<Meter>(assigned.iter().map(|it| it.meter_no.to_string()));
    let tariffs = workspace.need::<Tariff>(assigned.iter().map(|it| it.tariff_id.to_string()));
    Stop::join([meters, tariffs])
}

fn measure_all(
    account_no: &AccountNo,
    month: BillingMonth,
    assigned: &[AssignedMeter],
    workspace: &mut Workspace,
) -> Result<Vec<Measured>, Stop> {
    let mut measured = Vec::new();
    let mut waiting = None;
    for meter in assigned {
        let readings = workspace.get::<Meter>(meter.meter_no.as_str())?.accepted();
        match measure(meter, readings, month) {
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
struct Tariffs {
    schedules: BTreeMap<TariffId, TariffSchedule>,
    /// The longest any of them gives.
    payment_days: u16,
}

impl Tariffs {
    fn add(&mut self, tariff_id: &TariffId, workspace: &mut Workspace) -> Result<(), Stop> {
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

fn rate_all(
    account: &AccountRecord,
    month: BillingMonth,
    today: NaiveDate,
    measured: Vec<Measured>,
    tariffs: &Tariffs,
) -> Result<Bill, Stop> {
    let mut to_date = ToDate {
        account,
        counted: BTreeMap::new(),
    };
    let (mut lines, mut meters) = (Vec::new(), Vec::new());
    for usage in measured {
        let tariff_id = &usage.meter.tariff_id;
        // Every tariff of a measured meter was added.
        let Some(schedule) = tariffs.schedules.get(tariff_id) else {
            continue;
        };
        let input = to_date.input(schedule, &usage, month);
        let rated = rate(schedule, &input)?;
        lines.extend(bill_lines(&usage, &rated));
        let tiers = to_date.count(tariff_id, &rated);
        meters.push(charged(usage, tiers));
    }
    let total = Fen::checked_sum(lines.iter().map(|line: &BillLine| line.amount));
    let bill_no = format!(
        "{}-{:04}{:02}",
        account.account_no,
        month.year(),
        month.month()
    );
    Ok(Bill {
        bill_no: BillNo::try_new(bill_no).map_err(|error| Stop::Corrupt(error.to_string()))?,
        month,
        issued_on: today,
        lines,
        total: total.ok_or(BillingError::Overflow)?,
        meters,
    })
}

/// The account's usage per tariff and tier period: as billed before, and as this bill adds to it,
/// so that two meters under one tariff share its tiers.
struct ToDate<'a> {
    account: &'a AccountRecord,
    counted: BTreeMap<(TariffId, NaiveDate), Quantity>,
}

impl ToDate<'_> {
    fn at(&self, tariff_id: &TariffId, tier_period_from: NaiveDate) -> Quantity {
        let key = (tariff_id.clone(), tier_period_from);
        let counted = self.counted.get(&key).copied();
        counted.unwrap_or_else(|| self.account.quantity_to_date(tariff_id, tier_period_from))
    }

    fn input(
        &self,
        schedule: &TariffSchedule,
        usage: &Measured,
        month: BillingMonth,
    ) -> RatingInput {
        let tariff_id = &usage.meter.tariff_id;
        let tier_period = schedule.terms().tier_period;
        let first = tier_period.start(usage.period.from());
        let last_month = BillingMonth::of(usage.period.last_day());
        let mut later_to_date = BTreeMap::new();
        let mut at = BillingMonth::of(first);
        while at < last_month {
            at = at.next();
            let start = tier_period.start(at.first_day());
            if start > first {
                later_to_date.insert(start, self.at(tariff_id, start));
            }
        }
        RatingInput {
            period: usage.period,
            usage: usage.usage,
            quantity_to_date: self.at(tariff_id, first),
            later_to_date,
            persons: self.account.household_persons,
            // Billed late, a usage still counts where it happened.
            billing_month: Some(month.min(last_month)),
        }
    }

    fn count(&mut self, tariff_id: &TariffId, rated: &RatedBill) -> Vec<TierCounted> {
        let counted = rated.counted.iter().map(|count| TierCounted {
            tier_period_from: count.tier_period_from,
            quantity_to_date_after: count.quantity_to_date_after,
        });
        let counted: Vec<TierCounted> = counted.collect();
        for tier in &counted {
            let key = (tariff_id.clone(), tier.tier_period_from);
            self.counted.insert(key, tier.quantity_to_date_after);
        }
        counted
    }
}

fn bill_lines(usage: &Measured, rated: &RatedBill) -> Vec<BillLine> {
    let meter = &usage.meter;
    let readings = meter.billed_reading.iter().chain([&usage.to_reading]);
    let readings: Vec<_> = readings.cloned().collect();
    let lines = rated.lines.iter().map(|line| BillLine {
        meter_no: meter.meter_no.clone(),
        commodity: meter.commodity,
        component: line.component.clone(),
        tariff_id: meter.tariff_id.clone(),
        version_from: line.version_from,
        tier: line.tier,
        quantity: line.quantity,
        price: line.price,
        amount: line.amount,
        readings: readings.clone(),
    });
    lines.collect()
}

fn charged(usage: Measured, tiers: Vec<TierCounted>) -> ChargedMeter {
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
        tiers,
    }
}
