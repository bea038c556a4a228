use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    PriceChange, RatingError, RatingInput, TariffSchedule, TariffVersion, TierPeriod, YearCrossing,
};
use crate::units::{BillingMonth, Period, RateRegister};

/// A stretch of the period under one version and in one tier period, with its share of the usage.
pub(super) struct Part<'a> {
    pub(super) version: &'a TariffVersion,
    /// The first day of the tier period this part counts in.
    pub(super) tier_period_from: NaiveDate,
    pub(super) period: Period,
    pub(super) quantity: Decimal,
    /// Its share of what was used in the hours of each rate.
    pub(super) rates: Vec<(RateRegister, Decimal)>,
}

struct Stretch<'a> {
    version: &'a TariffVersion,
    tier_period_from: NaiveDate,
    period: Period,
}

/// Cuts the period and shares the usage out.
pub(super) fn parts<'a>(
    schedule: &'a TariffSchedule,
    input: &RatingInput,
) -> Result<Vec<Part<'a>>, RatingError> {
    share_out(stretches(schedule, input)?, input)
}

fn stretches<'a>(
    schedule: &'a TariffSchedule,
    input: &RatingInput,
) -> Result<Vec<Stretch<'a>>, RatingError> {
    let terms = schedule.terms();
    let single_version = match terms.price_change {
        PriceChange::ProrateByDay => None,
        PriceChange::ByReadingDate => Some(version_on(schedule, input.period.to())?),
    };
    let single_tier_period = match terms.year_crossing {
        YearCrossing::ByDay => None,
        YearCrossing::ByBillingMonth => Some(billing_tier_period(terms.tier_period, input)?),
    };
    let mut stretches = Vec::new();
    let mut day = input.period.from();
    while day < input.period.to() {
        let version = match single_version {
            Some(version) => version,
            None => version_on(schedule, day)?,
        };
        let version_ends = single_version
            .is_none()
            .then(|| next_change(schedule, day))
            .flatten();
        let tier_period_ends = single_tier_period
            .is_none()
            .then(|| terms.tier_period.next_start(day))
            .flatten();
        let end = [version_ends, tier_period_ends]
            .into_iter()
            .flatten()
            .fold(input.period.to(), NaiveDate::min);
        stretches.push(Stretch {
            version,
            tier_period_from: single_tier_period.unwrap_or(terms.tier_period.start(day)),
            period: Period::try_new(day, end).map_err(|_| RatingError::Overflow)?,
        });
        day = end;
    }
    Ok(stretches)
}

fn version_on(schedule: &TariffSchedule, date: NaiveDate) -> Result<&TariffVersion, RatingError> {
    schedule
        .in_force_on(date)
        .ok_or(RatingError::NoTariffVersion { date })
}

/// The next day on which another version, or none, is in force.
fn next_change(schedule: &TariffSchedule, day: NaiveDate) -> Option<NaiveDate> {
    let starts_and_ends = schedule
        .versions()
        .iter()
        .flat_map(|version| [Some(version.from), version.to]);
    starts_and_ends.flatten().filter(|date| *date > day).min()
}

fn billing_tier_period(
    tier_period: TierPeriod,
    input: &RatingInput,
) -> Result<NaiveDate, RatingError> {
    let first = tier_period.start(input.period.from());
    let last = tier_period.start(input.period.last_day());
    if first == last {
        // Nothing is crossed, so there is nothing to choose: a December bill issued in January
        // still counts in the year it was used in.
        return Ok(first);
    }
    let month = input
        .billing_month
        .unwrap_or(BillingMonth::of(input.period.last_day()));
    let chosen = tier_period.start(month.first_day());
    if (first..=last).contains(&chosen) {
        Ok(chosen)
    } else {
        Err(RatingError::BillingMonthOutside)
    }
}

fn share_out<'a>(
    stretches: Vec<Stretch<'a>>,
    input: &RatingInput,
) -> Result<Vec<Part<'a>>, RatingError> {
    let days: Vec<i64> = stretches.iter().map(|it| it.period.days()).collect();
    let mut quantities = by_days(input.usage.value(), &days)?.into_iter();
    let mut rates = Vec::new();
    for (register, used) in input.rates.iter() {
        rates.push((register, by_days(used.value(), &days)?.into_iter()));
    }
    let parts = stretches.into_iter().map(|stretch| Part {
        version: stretch.version,
        tier_period_from: stretch.tier_period_from,
        period: stretch.period,
        quantity: quantities.next().unwrap_or_default(),
        rates: rates
            .iter_mut()
            .map(|(register, shares)| (*register, shares.next().unwrap_or_default()))
            .collect(),
    });
    Ok(parts.collect())
}

/// A usage over stretches of so many days; the last one takes the rest.
fn by_days(usage: Decimal, days: &[i64]) -> Result<Vec<Decimal>, RatingError> {
    let days_total = Decimal::from(days.iter().sum::<i64>());
    let last = days.len().saturating_sub(1);
    let mut rest = usage;
    let mut shares = Vec::with_capacity(days.len());
    for (position, days) in days.iter().enumerate() {
        let share = if position == last {
            rest
        } else {
            let mut share = usage
                .checked_mul(Decimal::from(*days))
                .and_then(|product| product.checked_div(days_total))
                .ok_or(RatingError::Overflow)?
                .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            // Always shown with its two decimals, whatever the division left.
            share.rescale(2);
            // Many small shares, all rounded up, can ask for more than there is.
            if usage.is_sign_negative() {
                share.max(rest)
            } else {
                share.min(rest)
            }
        };
        rest -= share;
        shares.push(share);
    }
    Ok(shares)
}
