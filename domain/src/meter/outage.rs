//! 停供: when a meter was without supply, by the notices of outages that reach it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::units::OutageId;

/// A time a notice told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithoutSupply {
    pub outage_id: OutageId,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// How much of a period was without supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) outages: Vec<OutageId>,
    /// Of the outages; where two overlap, once.
    pub(super) seconds: i64,
    pub(super) of_seconds: i64,
}

impl Share {
    pub(super) fn of(times: &[WithoutSupply], (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Self {
        let mut within: Vec<&WithoutSupply> = times
            .iter()
            .filter(|time| time.from < to && from < time.to)
            .collect();
        within.sort_by_key(|time| time.from);
        let (mut seconds, mut counted_to) = (0, from);
        for time in &within {
            let begins = time.from.max(counted_to);
            let ends = time.to.min(to);
            if begins < ends {
                seconds += (ends - begins).num_seconds();
                counted_to = ends;
            }
        }
        Self {
            outages: within.iter().map(|time| time.outage_id.clone()).collect(),
            seconds,
            of_seconds: (to - from).num_seconds(),
        }
    }

    /// Whether it is so large a part that nothing used is nothing odd.
    pub(super) fn is_at_least(&self, percent: u32) -> bool {
        self.seconds > 0 && covers(self.seconds.into(), self.of_seconds.into(), percent.into())
    }
}

/// Whether a time is so many percent of another: without dividing, so that the limit itself counts.
pub(super) fn covers(seconds: Decimal, of_seconds: Decimal, percent: Decimal) -> bool {
    let of = of_seconds.checked_mul(percent);
    let part = seconds.checked_mul(Decimal::ONE_HUNDRED);
    matches!((part, of), (Some(part), Some(of)) if part >= of)
}
