//! What a common meter has used, what it costs, and what of it is whose.

use std::collections::BTreeMap;

use chaobiao_decision::{Stop, Workspace};
use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use super::aggregate::{Agreement, SharedAllocation};
use super::error::SharedAllocationError;
use super::event::{
    AllocationKey, AllocationMember, AllocationShare, AllocationSource, SharesPosted,
};
use super::process::{PreviewShares, require_month_open};
use crate::account::{Account, AccountRecord, Bill, BillLine};
use crate::meter::Meter;
use crate::rating::{RatedBill, RatingInput, TariffSchedule, rate};
use crate::tariff::Tariff;
use crate::units::{
    AccountNo, Area, BillNo, BillingMonth, Commodity, Fen, LinePrice, Percent, Period, Quantity,
    RateQuantities, ReadingId, split, split_quantity, weight,
};

/// The component of a share's line.
const COMPONENT: &str = "公摊";

/// The shares, the bills over them, and the last day to pay.
type WorkedOut = (SharesPosted, Vec<(AccountNo, Bill)>, NaiveDate);

/// What is lost between a master meter and those behind it, as the readings are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossKnown {
    pub period: Period,
    /// Of the master.
    pub usage: Quantity,
    pub loss: Quantity,
    /// Up to which part of the master's usage it is ordinary.
    pub limit: Percent,
    /// How many meters have no reading in the period.
    pub unread: usize,
}

impl LossKnown {
    /// The part that is shared, and what is beyond the limit.
    fn parts(&self) -> Option<(Quantity, Option<Quantity>)> {
        let limit = self.usage.value().checked_mul(self.limit.value())?;
        let limit = limit.checked_div(Decimal::ONE_HUNDRED)?;
        let limit = limit.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let limit = Quantity::try_new(limit.max(Decimal::ZERO)).ok()?;
        if self.loss <= limit {
            return Some((self.loss, None));
        }
        Some((limit, Some(self.loss.checked_sub(limit)?)))
    }
}

struct Measured {
    period: Period,
    usage: Quantity,
    beyond_limit: Option<Quantity>,
    cumulative: Quantity,
    from_reading: Option<ReadingId>,
    to_reading: ReadingId,
}

#[expect(clippy::too_many_lines, reason = "one story, told in order")]
pub(super) fn work_out(
    asked: &PreviewShares,
    today: NaiveDate,
    workspace: &mut Workspace,
) -> Result<WorkedOut, Stop> {
    let (meter_no, month) = (&asked.meter_no, asked.month);
    if month.first_day() > today {
        return Err(SharedAllocationError::MonthInFuture(month).into());
    }
    let allocation = workspace.get::<SharedAllocation>(meter_no.as_str())?;
    let agreement = allocation.agreement(meter_no, asked.agreed_from)?.clone();
    agreement.check_month(month)?;
    let agreed = &agreement.agreed;
    let members = &agreed.members;
    Stop::join([
        workspace.need::<Meter>([meter_no.to_string()]),
        workspace.need::<Tariff>([agreed.tariff_id.to_string()]),
        workspace.need::<Account>(members.iter().map(|it| it.account_no.to_string())),
    ])?;
    let mut measured = measure(&agreement, month, workspace)?;
    if agreed.source == AllocationSource::Loss {
        measured.share_loss(&agreement, asked)?;
    }
    let tariff = workspace.get::<Tariff>(agreed.tariff_id.as_str())?;
    let tariff = tariff.defined(&agreed.tariff_id)?;
    let due_on = today.checked_add_days(Days::new(u64::from(tariff.payment_days)));
    let due_on = due_on.ok_or(SharedAllocationError::Overflow)?;
    let rated = price(&agreement, &measured, month, &tariff.schedule)?;
    let mut weights = Vec::with_capacity(members.len());
    for member in members {
        require_month_open(&member.account_no, month, workspace)?;
        let account = workspace.get::<Account>(member.account_no.as_str())?;
        let account = account.opened(&member.account_no)?;
        weights.push(weigh(
            member,
            account,
            (agreed.key, agreed.commodity),
            (month, &measured.period),
        )?);
    }
    if weights.iter().all(|weight| *weight == 0) {
        return Err(SharedAllocationError::WeightsZero.into());
    }
    let amounts = split(rated.total, &weights).ok_or(SharedAllocationError::Overflow)?;
    let quantities = split_quantity(measured.usage, &weights);
    let quantities = quantities.ok_or(SharedAllocationError::Overflow)?;
    let (mut shares, mut bills) = (Vec::new(), Vec::new());
    for ((member, amount), quantity) in members.iter().zip(amounts).zip(quantities) {
        let account_no = member.account_no.clone();
        let mut bill_no = None;
        if amount.is_positive() {
            let account = workspace.get::<Account>(account_no.as_str())?;
            let number = number(account.opened(&account_no)?, month)?;
            bill_no = Some(number.clone());
            let line = line(&agreement, &measured, &rated, (quantity, amount))?;
            bills.push((account_no.clone(), bill(number, month, today, line)));
        }
        shares.push(AllocationShare {
            account_no,
            bill_no,
            quantity,
            amount,
        });
    }
    let posted = SharesPosted {
        agreed_from: agreed.from,
        month,
        period: measured.period,
        to_reading: measured.to_reading,
        usage: measured.usage,
        beyond_limit: measured.beyond_limit,
        cumulative: measured.cumulative,
        amount: rated.total,
        shares,
    };
    Ok((posted, bills, due_on))
}

impl Measured {
    /// Puts the loss in the place of what the master shows.
    fn share_loss(
        &mut self,
        agreement: &Agreement,
        asked: &PreviewShares,
    ) -> Result<(), SharedAllocationError> {
        let master = &agreement.agreed.meter_no;
        let known = asked.loss.filter(|known| known.period == self.period);
        let known = known.ok_or_else(|| SharedAllocationError::LossUnknown(master.clone()))?;
        if known.unread > 0 {
            return Err(SharedAllocationError::SubsUnread(master.clone()));
        }
        let (shared, beyond) = known.parts().ok_or(SharedAllocationError::Overflow)?;
        if shared.is_zero() || shared.is_negative() {
            return Err(SharedAllocationError::NothingToShare(asked.month));
        }
        (self.usage, self.beyond_limit) = (shared, beyond);
        Ok(())
    }
}

/// The days a month's posting would cover.
pub(super) fn measured_period(
    agreement: &Agreement,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<Period, Stop> {
    Ok(measure(agreement, month, workspace)?.period)
}

/// The difference of two counts, so that a correction of an earlier reading is settled with the next
/// month by itself.
fn measure(
    agreement: &Agreement,
    month: BillingMonth,
    workspace: &mut Workspace,
) -> Result<Measured, Stop> {
    let meter_no = &agreement.agreed.meter_no;
    let (reached, from_reading, from) = agreement.reached();
    let meter = workspace.get::<Meter>(meter_no.as_str())?;
    let month_end = month.period().to();
    let mut readings = meter.accepted().iter().rev();
    let last = readings.find(|reading| {
        reading.read_on < month_end && agreement.ended.is_none_or(|on| reading.read_on <= on)
    });
    let nothing = || SharedAllocationError::NothingToShare(month);
    let held = || SharedAllocationError::ReadingsHeld(meter_no.clone());
    let usage = match last {
        Some(last) => last.cumulative.checked_sub(reached),
        None => Some(Quantity::ZERO),
    };
    let usage = usage.ok_or(SharedAllocationError::Overflow)?;
    let Some(last) = last.filter(|_| !usage.is_zero()) else {
        let waits = meter.holds_reading(from, month_end);
        let error = if waits { held() } else { nothing() };
        return Err(error.into());
    };
    if usage.is_negative() {
        return Err(SharedAllocationError::BelowPosted(meter_no.clone()).into());
    }
    if meter.doubts_photo(&last.reading_id) {
        return Err(held().into());
    }
    let next_day = from.checked_add_days(Days::new(1)).unwrap_or(from);
    let period = Period::try_new(from, last.read_on.max(next_day));
    Ok(Measured {
        period: period.map_err(|_| SharedAllocationError::Overflow)?,
        usage,
        beyond_limit: None,
        cumulative: last.cumulative,
        from_reading: from_reading.cloned(),
        to_reading: last.reading_id.clone(),
    })
}

/// Tiers go on from month to month as they do for an account.
fn price(
    agreement: &Agreement,
    measured: &Measured,
    month: BillingMonth,
    schedule: &TariffSchedule,
) -> Result<RatedBill, Stop> {
    let tier_period = schedule.terms().tier_period;
    let first = tier_period.start(measured.period.from());
    let posted = agreement.posted().iter();
    let same = posted.filter(|it| tier_period.start(it.period.from()) == first);
    let to_date = Quantity::checked_sum(same.map(|it| it.usage));
    let input = RatingInput {
        period: measured.period,
        usage: measured.usage,
        // Shared by who lives there, not by when it was used.
        rates: RateQuantities::default(),
        quantity_to_date: to_date.ok_or(SharedAllocationError::Overflow)?,
        later_to_date: BTreeMap::new(),
        persons: 0,
        stays: Some(Vec::new()),
        free_to_date: Quantity::ZERO,
        // A minimum charge is for who has a supply of its own.
        month_to_date: None,
        billing_month: Some(month.min(BillingMonth::of(measured.period.last_day()))),
    };
    let rated = rate(schedule, &input)?;
    if rated.total.is_positive() {
        Ok(rated)
    } else {
        Err(SharedAllocationError::NothingToShare(month).into())
    }
}

fn weigh(
    member: &AllocationMember,
    account: &AccountRecord,
    (key, commodity): (AllocationKey, Commodity),
    (month, period): (BillingMonth, &Period),
) -> Result<u128, SharedAllocationError> {
    let overflow = SharedAllocationError::Overflow;
    match key {
        AllocationKey::Equal => Ok(1),
        AllocationKey::Area => {
            let area = member.area.map_or(Decimal::ZERO, Area::value);
            weight(area).ok_or(overflow)
        }
        AllocationKey::Persons => {
            if let Some(there) = account.occupants().during(period) {
                return Ok(there.iter().map(|share| u128::from(share.days())).sum());
            }
            let days = u128::try_from(period.days()).map_err(|_| overflow)?;
            Ok(u128::from(account.household_persons) * days)
        }
        AllocationKey::Usage => {
            let of_month = account.standing_bills().filter(|bill| bill.month == month);
            let meters = of_month.flat_map(|bill| &bill.meters);
            let usages: Vec<Quantity> = meters
                .filter(|meter| meter.commodity == commodity)
                .map(|meter| meter.usage)
                .collect();
            let mut waits = account.meters().iter();
            if usages.is_empty() && waits.any(|it| it.commodity == commodity && !it.is_settled()) {
                let account_no = member.account_no.clone();
                return Err(SharedAllocationError::MemberNotBilled { account_no, month });
            }
            let sum = Quantity::checked_sum(usages);
            sum.and_then(|sum| weight(sum.value())).ok_or(overflow)
        }
    }
}

/// `A1-202609G1`: none of the numbers the account's own bills have.
fn number(account: &AccountRecord, month: BillingMonth) -> Result<BillNo, Stop> {
    let of_month = account.ledger().times_shared(month) + 1;
    let (account_no, year, of_year) = (&account.account_no, month.year(), month.month());
    BillNo::try_new(format!("{account_no}-{year:04}{of_year:02}G{of_month}"))
        .map_err(|error| Stop::Corrupt(error.to_string()))
}

fn line(
    agreement: &Agreement,
    measured: &Measured,
    rated: &RatedBill,
    (quantity, amount): (Quantity, Fen),
) -> Result<BillLine, SharedAllocationError> {
    let agreed = &agreement.agreed;
    let price = match rated.lines.as_slice() {
        [only] => Some(only.price),
        _ => average(rated.total, measured.usage),
    };
    let last = rated.lines.last();
    let readings = measured.from_reading.iter().chain([&measured.to_reading]);
    Ok(BillLine {
        meter_no: agreed.meter_no.clone(),
        commodity: agreed.commodity,
        component: COMPONENT.to_owned(),
        tariff_id: agreed.tariff_id.clone(),
        version_from: last.map_or(agreed.from, |line| line.version_from),
        tier: None,
        quantity,
        price: price.ok_or(SharedAllocationError::Overflow)?,
        amount,
        borne: None,
        readings: readings.cloned().collect(),
    })
}

/// Over tiers and surcharges a unit has no other price.
fn average(total: Fen, usage: Quantity) -> Option<LinePrice> {
    let price = total.to_yuan().checked_div(usage.value())?;
    let rounded = price.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
    LinePrice::try_new(rounded).ok()
}

fn bill(bill_no: BillNo, month: BillingMonth, issued_on: NaiveDate, line: BillLine) -> Bill {
    Bill {
        bill_no,
        month,
        issued_on,
        total: line.amount,
        shared_of: Some(line.meter_no.clone()),
        lines: vec![line],
        meters: Vec::new(),
        origin: None,
    }
}
