use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::month;
use super::parts::{Part, parts};
use super::schedule::{FREE_ALLOWANCE, MINIMUM_CHARGE, rate_component};
use super::{
    RatedBill, RatedLine, RatingError, TariffSchedule, TariffTerms, TariffVersion, TierCount,
};
use crate::units::{
    BillingMonth, Commodity, Fen, LinePrice, Period, Quantity, RateQuantities, UnitPrice,
};

/// What is to be rated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingInput {
    /// Half-open; `to` is the reading date.
    pub period: Period,
    pub usage: Quantity,
    /// What of it was used in the hours of each rate; what no register told apart costs no more and
    /// no less.
    pub rates: RateQuantities,
    /// Used before this period in the tier period that holds `period.from`.
    pub quantity_to_date: Quantity,
    /// Used already in later tier periods, by their first day: another meter of the account may
    /// have been counted there. Empty as a rule.
    pub later_to_date: BTreeMap<NaiveDate, Quantity>,
    pub persons: u32,
    /// Who was there and when, a period for each stay: an allowance goes by it. None: `persons`, all
    /// the time.
    pub stays: Option<Vec<Period>>,
    /// What other usages of the same days have had free already.
    pub free_to_date: Quantity,
    /// None: another usage of the month, rated after this one, is asked for the minimum charge.
    pub month_to_date: Option<MonthToDate>,
    /// Decides only where `by_billing_month` meets a period that crosses into another tier period;
    /// without one, the month of the period's last day.
    pub billing_month: Option<BillingMonth>,
}

/// What other usages of a billing month have come to under the same tariff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthToDate {
    pub amount: Fen,
    /// What minimum charge was asked for them.
    pub minimum: Fen,
}

/// The minimum charge of a period; nought where another usage is asked for it.
pub fn minimum_charge(schedule: &TariffSchedule, input: &RatingInput) -> Result<Fen, RatingError> {
    match input.month_to_date {
        Some(_) => month::minimum(&parts(schedule, input)?),
        None => Ok(Fen::ZERO),
    }
}

/// Rates a usage under a tariff.
pub fn rate(schedule: &TariffSchedule, input: &RatingInput) -> Result<RatedBill, RatingError> {
    if input.usage.is_negative() {
        return Err(RatingError::UsageNegative);
    }
    let later = input.later_to_date.values();
    if later
        .chain([&input.quantity_to_date, &input.free_to_date])
        .any(|to_date| to_date.is_negative())
    {
        return Err(RatingError::QuantityToDateNegative);
    }
    let lift = lift(schedule.terms(), input.persons)?;
    let mut to_date = ToDate::start(schedule, input);
    let mut lines = Vec::new();
    let mut parts = parts(schedule, input)?;
    let free = month::free(&parts, input)?;
    for (part, free) in parts.iter_mut().zip(free) {
        lines.extend(free_line(part, free)?);
        // Only the excess is counted and priced.
        part.quantity -= free;
        let before = to_date.count(part)?;
        tier_lines(schedule.commodity(), part, before, lift, &mut lines)?;
        surcharge_lines(part, &mut lines)?;
        rate_lines(part, &mut lines)?;
    }
    let mut minimum = Fen::ZERO;
    if let Some(month) = input.month_to_date {
        minimum = month::minimum(&parts)?;
        lines.extend(minimum_line(&parts, month, minimum, total(&lines)?)?);
    }
    Ok(RatedBill {
        total: total(&lines)?,
        lines,
        minimum,
        quantity_to_date_after: to_date.current.quantity_to_date_after,
        counted: to_date.finish(),
    })
}

fn total(lines: &[RatedLine]) -> Result<Fen, RatingError> {
    Fen::checked_sum(lines.iter().map(|line| line.amount)).ok_or(RatingError::Overflow)
}

/// What is free of a part, at what its first tier and its surcharges would have cost.
fn free_line(part: &Part<'_>, free: Decimal) -> Result<Option<RatedLine>, RatingError> {
    if free.is_zero() {
        return Ok(None);
    }
    let version = part.version;
    let first = version.tiers.first().map(|tier| tier.price);
    let surcharges = version.surcharges.iter().map(|surcharge| surcharge.price);
    let price: Decimal = first
        .into_iter()
        .chain(surcharges)
        .map(UnitPrice::value)
        .sum();
    let price = UnitPrice::try_new(price).map_err(|_| RatingError::Overflow)?;
    let mut line = line(FREE_ALLOWANCE, version, None, free, price.into())?;
    line.borne = Some(std::mem::take(&mut line.amount));
    Ok(Some(line))
}

/// What is missing to the month's minimum charge, if anything.
fn minimum_line(
    parts: &[Part<'_>],
    month: MonthToDate,
    minimum: Fen,
    amount: Fen,
) -> Result<Option<RatedLine>, RatingError> {
    let asked = month.minimum.checked_add(minimum);
    let had = month.amount.checked_add(amount);
    let missing = asked
        .zip(had)
        .and_then(|(asked, had)| asked.checked_sub(had));
    let missing = missing.ok_or(RatingError::Overflow)?;
    let with_minimum = |part: &&Part<'_>| part.version.minimum_charge.is_some();
    let part = parts.iter().rev().find(with_minimum);
    let Some(part) = part.filter(|_| missing.is_positive()) else {
        return Ok(None);
    };
    let nothing = LinePrice::ZERO;
    let mut line = line(MINIMUM_CHARGE, part.version, None, Decimal::ZERO, nothing)?;
    line.amount = missing;
    Ok(Some(line))
}

/// What persons above the base add to every limit.
fn lift(terms: &TariffTerms, persons: u32) -> Result<Decimal, RatingError> {
    let extra = Decimal::from(persons.saturating_sub(terms.base_persons));
    terms
        .quota_per_extra_person
        .value()
        .checked_mul(extra)
        .ok_or(RatingError::Overflow)
}

/// Where each tier period stands while the parts pass by.
struct ToDate<'a> {
    later: &'a BTreeMap<NaiveDate, Quantity>,
    done: Vec<TierCount>,
    current: TierCount,
}

impl<'a> ToDate<'a> {
    fn start(schedule: &TariffSchedule, input: &'a RatingInput) -> Self {
        Self {
            later: &input.later_to_date,
            done: Vec::new(),
            current: TierCount {
                tier_period_from: schedule.terms().tier_period.start(input.period.from()),
                quantity: Quantity::ZERO,
                quantity_to_date_after: input.quantity_to_date,
            },
        }
    }

    /// Counts a part and answers where its tier period stood before it.
    fn count(&mut self, part: &Part<'_>) -> Result<Decimal, RatingError> {
        if part.tier_period_from != self.current.tier_period_from {
            let later = self.later.get(&part.tier_period_from);
            let fresh = TierCount {
                tier_period_from: part.tier_period_from,
                quantity: Quantity::ZERO,
                quantity_to_date_after: later.copied().unwrap_or(Quantity::ZERO),
            };
            self.done.push(std::mem::replace(&mut self.current, fresh));
        }
        let before = self.current.quantity_to_date_after;
        let quantity = quantity(part.quantity)?;
        let add = |to: Quantity| to.checked_add(quantity).ok_or(RatingError::Overflow);
        self.current.quantity = add(self.current.quantity)?;
        self.current.quantity_to_date_after = add(before)?;
        Ok(before.value())
    }

    /// A tier period in which nothing was counted is no news.
    fn finish(self) -> Vec<TierCount> {
        let mut counted = self.done;
        counted.retain(|count| !count.quantity.is_zero());
        counted.push(self.current);
        counted
    }
}

fn tier_lines(
    commodity: Commodity,
    part: &Part<'_>,
    mut position: Decimal,
    lift: Decimal,
    lines: &mut Vec<RatedLine>,
) -> Result<(), RatingError> {
    let mut rest = part.quantity;
    for (tier, number) in part.version.tiers.iter().zip(1_u32..) {
        let taken = match tier.up_to {
            None => rest,
            Some(limit) => {
                let limit = limit
                    .value()
                    .checked_add(lift)
                    .ok_or(RatingError::Overflow)?;
                rest.min((limit - position).max(Decimal::ZERO))
            }
        };
        position += taken;
        rest -= taken;
        if !taken.is_zero() {
            let component = commodity.as_str();
            lines.push(line(
                component,
                part.version,
                Some(number),
                taken,
                tier.price.into(),
            )?);
        }
    }
    Ok(())
}

fn surcharge_lines(part: &Part<'_>, lines: &mut Vec<RatedLine>) -> Result<(), RatingError> {
    if part.quantity.is_zero() {
        return Ok(());
    }
    for surcharge in &part.version.surcharges {
        let name = &surcharge.name;
        lines.push(line(
            name,
            part.version,
            None,
            part.quantity,
            surcharge.price.into(),
        )?);
    }
    Ok(())
}

/// What the hours of use add to the tiers, or take off.
fn rate_lines(part: &Part<'_>, lines: &mut Vec<RatedLine>) -> Result<(), RatingError> {
    for (register, quantity) in &part.rates {
        let delta = part.version.time_of_use.get(register);
        let Some(delta) = delta.filter(|_| !quantity.is_zero()) else {
            continue;
        };
        let name = rate_component(*register);
        lines.push(line(name, part.version, None, *quantity, (*delta).into())?);
    }
    Ok(())
}

fn line(
    component: &str,
    version: &TariffVersion,
    tier: Option<u32>,
    taken: Decimal,
    price: LinePrice,
) -> Result<RatedLine, RatingError> {
    let yuan = taken
        .checked_mul(price.value())
        .ok_or(RatingError::Overflow)?;
    Ok(RatedLine {
        component: component.to_owned(),
        version_from: version.from,
        tier,
        quantity: quantity(taken)?,
        price,
        amount: Fen::from_yuan_half_up(yuan).ok_or(RatingError::Overflow)?,
        borne: None,
    })
}

fn quantity(value: Decimal) -> Result<Quantity, RatingError> {
    Quantity::try_new(value).map_err(|_| RatingError::Overflow)
}
