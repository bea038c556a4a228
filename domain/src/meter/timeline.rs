//! Installations and accepted readings in the order of time.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::installation::{Installation, Point, minus, plus};
use super::{MeterError, Quality, Reapportioned};
use crate::units::{BillingMonth, Index, Quantity, ReadingId};

/// A reading that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedReading {
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub read_on: NaiveDate,
    /// Since the accepted reading before it.
    pub usage: Quantity,
    /// Since the metering point's first device.
    pub cumulative: Quantity,
    pub quality: Quality,
}

impl AcceptedReading {
    const fn point(&self) -> Point {
        Point {
            index: self.index,
            at: self.read_at,
            cumulative: self.cumulative,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timeline {
    pub(super) installations: Vec<Installation>,
    readings: Vec<AcceptedReading>,
}

impl Timeline {
    pub(super) fn readings(&self) -> &[AcceptedReading] {
        &self.readings
    }

    pub(super) fn reading(&self, id: &ReadingId) -> Option<&AcceptedReading> {
        self.readings
            .iter()
            .rev()
            .find(|reading| reading.reading_id == *id)
    }

    pub(super) fn current(&self) -> Option<&Installation> {
        self.installations
            .last()
            .filter(|installation| installation.closed.is_none())
    }

    pub(super) fn installation_at(&self, at: DateTime<Utc>) -> Option<&Installation> {
        self.installations
            .iter()
            .rev()
            .find(|installation| installation.covers(at))
    }

    /// The last thing known: a reading, an opening or a closing.
    pub(super) fn last(&self) -> Option<Point> {
        let installation = self.installations.last()?;
        Some(
            installation
                .closed
                .unwrap_or_else(|| self.before(installation, DateTime::<Utc>::MAX_UTC)),
        )
    }

    /// The device's last point before an instant.
    pub(super) fn before(&self, installation: &Installation, at: DateTime<Utc>) -> Point {
        self.readings
            .iter()
            .rev()
            .find(|reading| reading.read_at < at && installation.covers(reading.read_at))
            .map_or(installation.opened, AcceptedReading::point)
    }

    /// The device's first point after an instant.
    pub(super) fn after(&self, installation: &Installation, at: DateTime<Utc>) -> Option<Point> {
        self.readings
            .iter()
            .find(|reading| at < reading.read_at && installation.covers(reading.read_at))
            .map(AcceptedReading::point)
            .or(installation.closed)
    }

    /// The point from which a reading at an instant counts its usage: the accepted reading before
    /// it, on whatever device, or the first opening.
    pub(super) fn baseline(&self, at: DateTime<Utc>) -> Option<Point> {
        self.readings
            .iter()
            .rev()
            .find(|reading| reading.read_at < at)
            .map(AcceptedReading::point)
            .or_else(|| self.installations.first().map(|first| first.opened))
    }

    /// The months before an instant of which the readings, one after the other, told of no usage.
    pub(super) fn zero_months_before(&self, at: DateTime<Utc>) -> BTreeSet<BillingMonth> {
        let earlier = self.readings.iter().rev();
        earlier
            .skip_while(|reading| reading.read_at >= at)
            .take_while(|reading| reading.usage.is_zero())
            .map(|reading| BillingMonth::of(reading.read_on))
            .collect()
    }

    /// What the next accepted reading's usage becomes when one at `at` has this cumulative.
    pub(super) fn reapportioned(
        &self,
        at: DateTime<Utc>,
        cumulative: Quantity,
        later_shift: Quantity,
    ) -> Result<Option<Reapportioned>, MeterError> {
        let Some(next) = self.readings.iter().find(|reading| at < reading.read_at) else {
            return Ok(None);
        };
        let usage = minus(plus(next.cumulative, later_shift)?, cumulative)?;
        let reading_id = next.reading_id.clone();
        Ok(Some(Reapportioned { reading_id, usage }))
    }

    pub(super) fn insert(&mut self, reading: AcceptedReading) {
        let position = self
            .readings
            .partition_point(|other| other.read_at < reading.read_at);
        self.readings.insert(position, reading);
    }

    pub(super) fn correct(&mut self, id: &ReadingId, change: impl FnOnce(&mut AcceptedReading)) {
        if let Some(reading) = self
            .readings
            .iter_mut()
            .find(|reading| reading.reading_id == *id)
        {
            change(reading);
        }
    }

    /// Moves everything known after an instant by a quantity.
    pub(super) fn shift_after(&mut self, at: DateTime<Utc>, shift: Quantity) {
        let later = self
            .readings
            .iter_mut()
            .filter(|reading| at < reading.read_at);
        let readings = later.map(|reading| &mut reading.cumulative);
        let points = self
            .installations
            .iter_mut()
            .flat_map(|installation| [Some(&mut installation.opened), installation.closed.as_mut()])
            .flatten()
            .filter(|point| at < point.at)
            .map(|point| &mut point.cumulative);
        for cumulative in readings.chain(points) {
            if let Ok(shifted) = plus(*cumulative, shift) {
                *cumulative = shifted;
            }
        }
    }

    /// Average daily usage of the same dates a year earlier; by the last reading's period where
    /// that is not known. None where neither is, or both are zero.
    pub(super) fn reference(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Reference> {
        let positive = |usage: Option<Decimal>| usage.filter(|usage| *usage > Decimal::ZERO);
        if let Some(per_day) = positive(self.a_year_earlier(from, to)) {
            return Some(Reference {
                basis: Basis::LastYear,
                per_day,
            });
        }
        let last = self
            .readings
            .iter()
            .rev()
            .find(|reading| reading.read_at < to)?;
        let before = self.baseline(last.read_at)?;
        let per_day = positive(per_day(before, last.point()))?;
        Some(Reference {
            basis: Basis::Previous,
            per_day,
        })
    }

    fn a_year_earlier(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Decimal> {
        let year = Months::new(12);
        let (from, to) = (from.checked_sub_months(year)?, to.checked_sub_months(year)?);
        let used = self.cumulative_at(to)? - self.cumulative_at(from)?;
        used.checked_div(days_between(from, to))
    }

    /// Interpolated between the points around the instant.
    fn cumulative_at(&self, at: DateTime<Utc>) -> Option<Decimal> {
        let points = self.points();
        let after = points.partition_point(|point| point.at < at);
        let next = points.get(after)?;
        if next.at == at {
            return Some(next.cumulative.value());
        }
        let previous = points.get(after.checked_sub(1)?)?;
        let whole = Decimal::from((next.at - previous.at).num_seconds());
        let part = Decimal::from((at - previous.at).num_seconds());
        let used = next.cumulative.value() - previous.cumulative.value();
        let share = used.checked_mul(part)?.checked_div(whole)?;
        Some(previous.cumulative.value() + share)
    }

    fn points(&self) -> Vec<Point> {
        let mut points: Vec<Point> = self
            .installations
            .iter()
            .flat_map(|installation| [Some(installation.opened), installation.closed])
            .flatten()
            .chain(self.readings.iter().map(AcceptedReading::point))
            .collect();
        points.sort_by_key(|point| point.at);
        points
    }
}

/// What a period's usage is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) basis: Basis,
    pub(super) per_day: Decimal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    LastYear,
    Previous,
    ClassMean,
}

/// At least one day: two readings of one afternoon say nothing about a day.
pub(super) fn days_between(from: DateTime<Utc>, to: DateTime<Utc>) -> Decimal {
    let days = Decimal::from((to - from).num_seconds()) / Decimal::from(86_400);
    days.max(Decimal::ONE)
}

pub(super) fn per_day(from: Point, to: Point) -> Option<Decimal> {
    let used = to.cumulative.checked_sub(from.cumulative)?;
    used.value().checked_div(days_between(from.at, to.at))
}
