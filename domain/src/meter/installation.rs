//! One device on the wall for a time, and what two of its indexes mean.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{DeviceInstalled, MeterError};
use crate::units::{Index, Multiplier, Quantity};

/// An index at an instant, with what the metering point had delivered up to then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) index: Index,
    pub(super) at: DateTime<Utc>,
    pub(super) cumulative: Quantity,
}

/// What lies between two indexes of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leg {
    Forward {
        usage: Quantity,
    },
    /// The later index is smaller; if the register rolled over once, this is the usage.
    Wrapped {
        usage: Quantity,
        /// The most the line can have delivered meanwhile, if that is known.
        limit: Option<Quantity>,
    },
    /// The later index is smaller, and the register's length is unknown.
    Backwards,
}

impl Leg {
    /// The usage, where the register may have rolled over if that is possible at all.
    pub(super) fn plausible_usage(self) -> Option<Quantity> {
        match self {
            Self::Forward { usage } => Some(usage),
            Self::Wrapped { usage, limit } => {
                limit.filter(|limit| usage <= *limit).and(Some(usage))
            }
            Self::Backwards => None,
        }
    }

    pub(super) const fn usage(self) -> Option<Quantity> {
        match self {
            Self::Forward { usage } | Self::Wrapped { usage, .. } => Some(usage),
            Self::Backwards => None,
        }
    }

    pub(super) const fn is_wrapped(self) -> bool {
        matches!(self, Self::Wrapped { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Installation {
    pub(super) device: DeviceInstalled,
    pub(super) opened: Point,
    pub(super) closed: Option<Point>,
}

/// The range of a register. An index outside it was misread.
pub(super) fn check_range(
    device: (Option<u8>, u8),
    index: Index,
    field: &'static str,
) -> Result<(), MeterError> {
    let (digits, decimals) = device;
    if index.value().normalize().scale() > u32::from(decimals) {
        return Err(MeterError::IndexTooPrecise { decimals, field });
    }
    match digits.map(capacity) {
        Some(limit) if index.value() >= Decimal::from(limit) => {
            Err(MeterError::IndexOutOfRange { limit, field })
        }
        _ => Ok(()),
    }
}

/// What the register counts to before it starts again.
fn capacity(digits: u8) -> u64 {
    10_u64.saturating_pow(u32::from(digits))
}

impl Installation {
    pub(super) fn check_range(&self, index: Index, field: &'static str) -> Result<(), MeterError> {
        check_range((self.device.digits, self.device.decimals), index, field)
    }

    pub(super) fn covers(&self, at: DateTime<Utc>) -> bool {
        self.opened.at < at && self.closed.is_none_or(|closed| at < closed.at)
    }

    pub(super) fn leg(
        &self,
        from: Point,
        index: Index,
        at: DateTime<Utc>,
    ) -> Result<Leg, MeterError> {
        let moved = index.since(from.index);
        if !moved.is_negative() {
            let usage = times(moved, self.device.multiplier)?;
            return Ok(Leg::Forward { usage });
        }
        let Some(digits) = self.device.digits else {
            return Ok(Leg::Backwards);
        };
        let wrapped = Quantity::try_new(moved.value() + Decimal::from(capacity(digits)))
            .map_err(|_| MeterError::UsageOutOfRange)?;
        Ok(Leg::Wrapped {
            usage: times(wrapped, self.device.multiplier)?,
            limit: self.limit_between(from.at, at),
        })
    }

    /// What a register beside the total moved by, started again once where it shows less.
    pub(super) fn register_moved(&self, from: Index, to: Index) -> Result<Quantity, MeterError> {
        let mut moved = to.since(from);
        if moved.is_negative()
            && let Some(digits) = self.device.digits
        {
            moved = Quantity::try_new(moved.value() + Decimal::from(capacity(digits)))
                .map_err(|_| MeterError::UsageOutOfRange)?;
        }
        times(moved, self.device.multiplier)
    }

    /// Where the register stands after so many more units.
    pub(super) fn moved_on(&self, from: Index, units: Decimal) -> Result<Index, MeterError> {
        let moved = from.value().checked_add(units);
        let mut moved = moved.ok_or(MeterError::UsageOutOfRange)?;
        if let Some(digits) = self.device.digits {
            moved %= Decimal::from(capacity(digits));
        }
        Index::try_new(moved).map_err(|_| MeterError::UsageOutOfRange)
    }

    /// What lies between two indexes of a register that counts down (倒装).
    pub(super) fn leg_down(&self, from: Point, index: Index) -> Result<Leg, MeterError> {
        let moved = from.index.since(index);
        if moved.is_negative() {
            return Ok(Leg::Backwards);
        }
        Ok(Leg::Forward {
            usage: times(moved, self.device.multiplier)?,
        })
    }

    pub(super) fn limit_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Quantity> {
        let hours = hours_between(from, to);
        let limit = self.device.max_per_hour?.value().checked_mul(hours)?;
        Quantity::try_new(limit.round_dp(4)).ok()
    }
}

/// 1950.0000 and 1950 are one figure: histories and files should not tell them apart.
fn plain(quantity: Option<Quantity>) -> Result<Quantity, MeterError> {
    quantity
        .and_then(|quantity| Quantity::try_new(quantity.value().normalize()).ok())
        .ok_or(MeterError::UsageOutOfRange)
}

pub(super) fn plus(one: Quantity, other: Quantity) -> Result<Quantity, MeterError> {
    plain(one.checked_add(other))
}

pub(super) fn minus(one: Quantity, other: Quantity) -> Result<Quantity, MeterError> {
    plain(one.checked_sub(other))
}

fn times(moved: Quantity, multiplier: Multiplier) -> Result<Quantity, MeterError> {
    plain(moved.checked_mul(multiplier))
}

pub(super) fn hours_between(from: DateTime<Utc>, to: DateTime<Utc>) -> Decimal {
    Decimal::from((to - from).num_seconds()) / Decimal::from(3600)
}
