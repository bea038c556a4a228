//! What a version says of a month: its free allowance and its minimum charge, by the days of a period.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::parts::Part;
use super::{AllowanceBasis, FreeAllowance, RatingError, RatingInput};
use crate::units::{BillingMonth, Fen, Period};

/// Days, by how many the month has that they lie in. Whole months come out whole, and a month's days
/// are summed before they are divided, so that nothing is rounded twice.
#[derive(Default)]
struct MonthDays(BTreeMap<i64, u64>);

impl MonthDays {
    fn add(&mut self, period: Period, times: u32, counts: impl Fn(BillingMonth) -> bool) {
        let mut month = BillingMonth::of(period.from());
        while let Some(days) = month.period().intersection(&period) {
            if counts(month) {
                let of_month = self.0.entry(month.period().days()).or_default();
                *of_month += u64::try_from(days.days()).unwrap_or(0) * u64::from(times);
            }
            month = month.next();
        }
    }

    fn of(&self, per_month: Decimal) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        for (of_month, days) in &self.0 {
            let share = per_month.checked_mul(Decimal::from(*days))?;
            sum = sum.checked_add(share.checked_div(Decimal::from(*of_month))?)?;
        }
        Some(sum)
    }
}

/// What a part has free by its own days, exactly.
fn allowance(part: &Part<'_>, input: &RatingInput) -> Option<Decimal> {
    let Some(allowance) = &part.version.free_allowance else {
        return Some(Decimal::ZERO);
    };
    let FreeAllowance {
        per_month,
        basis,
        excluded_months,
    } = allowance;
    let counts = |month: BillingMonth| !excluded_months.contains(&month.month());
    let mut days = MonthDays::default();
    match (basis, &input.stays) {
        (AllowanceBasis::Room, _) => days.add(part.period, 1, counts),
        (AllowanceBasis::Person, None) => days.add(part.period, input.persons, counts),
        (AllowanceBasis::Person, Some(stays)) => {
            for stay in stays {
                if let Some(there) = stay.intersection(&part.period) {
                    days.add(there, 1, counts);
                }
            }
        }
    }
    days.of(per_month.value())
}

fn two_places(value: Decimal) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    rounded
}

/// What is free of each part. The allowance of the whole period is rounded once; each part has first
/// what its own days give, then what other parts have left, in the order of time, so that cutting a
/// period does not change how much of it is free.
pub(super) fn free(parts: &[Part<'_>], input: &RatingInput) -> Result<Vec<Decimal>, RatingError> {
    let mut exact = Decimal::ZERO;
    let mut own = Vec::with_capacity(parts.len());
    for part in parts {
        let allowed = allowance(part, input).ok_or(RatingError::Overflow)?;
        own.push(two_places(allowed));
        exact = exact.checked_add(allowed).ok_or(RatingError::Overflow)?;
    }
    let taken = input.free_to_date.value();
    let mut rest = (two_places(exact) - taken).max(Decimal::ZERO);
    let mut free = vec![Decimal::ZERO; parts.len()];
    for by_own_days in [true, false] {
        for ((part, own), free) in parts.iter().zip(&own).zip(&mut free) {
            if part.version.free_allowance.is_none() {
                continue;
            }
            let most = if by_own_days { *own } else { part.quantity };
            let more = (part.quantity - *free).min(most).min(rest);
            if more > Decimal::ZERO {
                *free += more;
                rest -= more;
            }
        }
    }
    Ok(free)
}

/// The minimum charge of a period.
pub(super) fn minimum(parts: &[Part<'_>]) -> Result<Fen, RatingError> {
    let mut yuan = Decimal::ZERO;
    for part in parts {
        let Some(minimum) = part.version.minimum_charge else {
            continue;
        };
        let mut days = MonthDays::default();
        days.add(part.period, 1, |_| true);
        let more = days.of(minimum.to_yuan());
        let sum = more.and_then(|more| yuan.checked_add(more));
        yuan = sum.ok_or(RatingError::Overflow)?;
    }
    Fen::from_yuan_half_up(yuan).ok_or(RatingError::Overflow)
}
