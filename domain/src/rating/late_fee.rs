//! 滞纳金: what a bill costs more for being paid late. One pure function, as rating is.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::RatingError;
use crate::units::{Fen, Percent};

/// What money that was taken back had stood for while it was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateFeePolicy {
    /// Nothing: the bill was open all the time.
    #[default]
    AsNeverPaid,
    /// Payment: the customer could not know.
    GoodFaith,
}

/// A late fee from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateFeeTerms {
    pub from: NaiveDate,
    /// Of what is open, for every day; nothing where no fee is asked.
    pub per_day: Percent,
    #[serde(default)]
    pub policy: LateFeePolicy,
    /// The least that is asked, where anything is.
    #[serde(default = "no_minimum")]
    pub minimum: Fen,
}

const fn no_minimum() -> Fen {
    Fen::ZERO
}

/// Money put against a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub on: NaiveDate,
    pub amount: Fen,
    /// The day on which it was taken back.
    pub reversed_on: Option<NaiveDate>,
}

/// The fee on a bill of `principal` by the end of a day, over the days after the last day to pay.
/// It is never more than the principal.
///
/// Money counts from the day it came. Every day is charged by the terms in force on it, by the
/// policy in force on the last one; the sum is rounded once, half-up to the fen.
pub fn late_fee(
    principal: Fen,
    due_on: NaiveDate,
    settlements: &[Settlement],
    terms: &[LateFeeTerms],
    by: NaiveDate,
) -> Result<Fen, RatingError> {
    let in_force = |day: NaiveDate| terms.iter().rev().find(|terms| terms.from <= day);
    let Some(last) = in_force(by) else {
        return Ok(Fen::ZERO);
    };
    let mut yuan = Decimal::ZERO;
    let days = due_on.iter_days().skip(1).take_while(|day| *day <= by);
    for day in days {
        let Some(terms) = in_force(day) else {
            continue;
        };
        let paid = settlements
            .iter()
            .filter(|settlement| settlement.counts_on(day, last.policy));
        let paid = Fen::checked_sum(paid.map(|settlement| settlement.amount));
        let open = paid.and_then(|paid| principal.checked_sub(paid));
        let open = open.ok_or(RatingError::Overflow)?.max(Fen::ZERO);
        let fee = terms
            .per_day
            .value()
            .checked_div(Decimal::ONE_HUNDRED)
            .and_then(|part| open.to_yuan().checked_mul(part))
            .and_then(|fee| yuan.checked_add(fee));
        yuan = fee.ok_or(RatingError::Overflow)?;
    }
    let fee = Fen::from_yuan_half_up(yuan).ok_or(RatingError::Overflow)?;
    Ok(if yuan > Decimal::ZERO {
        fee.max(last.minimum).min(principal)
    } else {
        Fen::ZERO
    })
}

impl Settlement {
    fn counts_on(&self, day: NaiveDate, policy: LateFeePolicy) -> bool {
        let stood = match (self.reversed_on, policy) {
            (None, _) => true,
            (Some(_), LateFeePolicy::AsNeverPaid) => false,
            (Some(reversed_on), LateFeePolicy::GoodFaith) => day < reversed_on,
        };
        stood && self.on <= day
    }
}
