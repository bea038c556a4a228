//! Installations and accepted readings in the order of time.

use std::borrow::Cow;

use chrono::{DateTime, Months, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::installation::{Installation, Point, minus, plus};
use super::{Estimate, MeterError, Quality, ReadingReestimated, Reapportioned};
use crate::units::{Index, Quantity, RateIndexes, ReadingId};

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
    /// How it was come by, where nobody read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The register counts down (倒装).
    #[serde(default, skip_serializing_if = "is_false")]
    pub reversed: bool,
    /// What the registers of a time-of-use meter showed.
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl AcceptedReading {
    pub(super) const fn point(&self) -> Point {
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

    /// The device's last point before an instant that is no estimate.
    pub(super) fn actual_before(&self, installation: &Installation, at: DateTime<Utc>) -> Point {
        self.readings
            .iter()
            .rev()
            .find(|reading| {
                reading.read_at < at
                    && installation.covers(reading.read_at)
                    && !reading.quality.is_provisional()
            })
            .map_or(installation.opened, AcceptedReading::point)
    }

    /// The device's first point after an instant that is no estimate.
    pub(super) fn actual_after(
        &self,
        installation: &Installation,
        at: DateTime<Utc>,
    ) -> Option<Point> {
        self.readings
            .iter()
            .find(|reading| {
                at < reading.read_at
                    && installation.covers(reading.read_at)
                    && !reading.quality.is_provisional()
            })
            .map(AcceptedReading::point)
            .or(installation.closed)
    }

    /// The estimates between two instants, which a reading may show to be wrong.
    pub(super) fn estimates(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<AcceptedReading> {
        self.readings
            .iter()
            .filter(|reading| {
                from < reading.read_at && reading.read_at < to && reading.quality.is_provisional()
            })
            .cloned()
            .collect()
    }

    /// How many of the readings just before an instant nobody took.
    pub(super) fn estimated_in_a_row(&self, at: DateTime<Utc>) -> usize {
        self.readings
            .iter()
            .rev()
            .skip_while(|reading| reading.read_at >= at)
            .take_while(|reading| reading.estimate.is_some())
            .count()
    }

    /// The last point before an instant that somebody or something read, on whatever device.
    pub(super) fn last_read(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let readings = self
            .readings
            .iter()
            .filter(|reading| reading.estimate.is_none())
            .map(|reading| reading.read_at);
        let openings = self
            .installations
            .iter()
            .map(|installation| installation.opened.at);
        readings.chain(openings).filter(|point| *point < at).max()
    }

    pub(super) fn is_reversed(&self, at: DateTime<Utc>) -> bool {
        self.readings
            .iter()
            .any(|reading| reading.read_at == at && reading.reversed)
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

    /// The periods before an instant of which the readings, one after the other, told of no usage.
    pub(super) fn idle_before(&self, at: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let earlier = self.readings.iter().rev();
        earlier
            .skip_while(|reading| reading.read_at >= at)
            .take_while(|reading| reading.usage.is_zero())
            .filter_map(|reading| Some((self.baseline(reading.read_at)?.at, reading.read_at)))
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

    /// The same with estimates made anew.
    pub(super) fn with(&self, made_anew: &[ReadingReestimated]) -> Cow<'_, Self> {
        if made_anew.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut timeline = self.clone();
        for made in made_anew {
            timeline.reestimate(made);
        }
        Cow::Owned(timeline)
    }

    pub(super) fn reestimate(&mut self, made: &ReadingReestimated) {
        self.correct(&made.reading_id, |reading| {
            reading.index = made.new_index;
            reading.usage = made.usage;
            reading.cumulative = made.cumulative;
            reading.estimate = Some(made.estimate.clone());
        });
        if let Some(next) = &made.reapportioned {
            self.correct(&next.reading_id, |reading| reading.usage = next.usage);
        }
    }

    pub(super) fn insert(&mut self, reading: AcceptedReading) {
        let position = self
            .readings
            .partition_point(|other| other.read_at < reading.read_at);
        self.readings.insert(position, reading);
    }

    pub(super) fn forget(&mut self, id: &ReadingId) {
        self.readings.retain(|reading| reading.reading_id != *id);
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

    /// The usage of the same dates a year earlier; of the last reading's period where that is not
    /// known. None where neither is, or both are zero.
    pub(super) fn reference(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Reference> {
        let positive = |reference: &Reference| reference.usage > Decimal::ZERO;
        Self::a_year_earlier(from, to, &self.points())
            .filter(positive)
            .or_else(|| self.previous_period(to).filter(positive))
    }

    /// The last accepted reading's own period before an instant.
    pub(super) fn previous_period(&self, before: DateTime<Utc>) -> Option<Reference> {
        let last = self
            .readings
            .iter()
            .rev()
            .find(|reading| reading.read_at < before)?;
        let baseline = self.baseline(last.read_at)?;
        Some(Reference::between(Basis::Previous, baseline, last.point()))
    }

    fn a_year_earlier(
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        points: &[Point],
    ) -> Option<Reference> {
        let year = Months::new(12);
        let (from, to) = (from.checked_sub_months(year)?, to.checked_sub_months(year)?);
        let used = cumulative_at(points, to)? - cumulative_at(points, from)?;
        Some(Reference {
            basis: Basis::LastYear,
            // A usage has no finer figures; interpolation may give some.
            usage: used.round_dp(8).normalize(),
            seconds: seconds_between(from, to),
        })
    }

    /// The same dates a year earlier, by what was read then.
    pub(super) fn read_a_year_earlier(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Option<Reference> {
        Self::a_year_earlier(from, to, &self.read_points())
    }

    /// The last periods between readings that were taken, up to three of them.
    pub(super) fn recent_periods(&self, before: DateTime<Utc>) -> Option<Reference> {
        let points = self.read_points();
        let known = points.partition_point(|point| point.at < before);
        let last = points.get(known.checked_sub(1)?)?;
        let first = points.get(known.saturating_sub(RECENT_PERIODS + 1))?;
        (first.at < last.at).then(|| Reference::between(Basis::Previous, *first, *last))
    }

    /// From the present device's opening to its last reading before an instant.
    pub(super) fn present_device(
        &self,
        installation: &Installation,
        before: DateTime<Utc>,
    ) -> Option<Reference> {
        let last = self.actual_before(installation, before);
        let opened = installation.opened;
        (opened.at < last.at).then(|| Reference::between(Basis::Previous, opened, last))
    }

    /// Openings, closings and readings that were taken, in the order of time. What a meter used up
    /// to its replacement belongs to the period of the reading after it.
    fn read_points(&self) -> Vec<Point> {
        let first = self.installations.first().map(|first| first.opened);
        let readings = self
            .readings
            .iter()
            .filter(|reading| reading.estimate.is_none())
            .map(AcceptedReading::point);
        first.into_iter().chain(readings).collect()
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

/// Interpolated between the points around the instant.
fn cumulative_at(points: &[Point], at: DateTime<Utc>) -> Option<Decimal> {
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

/// How many periods the recent ones are.
const RECENT_PERIODS: usize = 3;

/// What a period's usage is compared with: a usage and the time it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) basis: Basis,
    pub(super) usage: Decimal,
    pub(super) seconds: i64,
}

impl Reference {
    fn between(basis: Basis, from: Point, to: Point) -> Self {
        Self {
            basis,
            usage: to.cumulative.value() - from.cumulative.value(),
            seconds: seconds_between(from.at, to.at),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    LastYear,
    Previous,
    ClassMean,
}

impl Basis {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::LastYear => "last_year",
            Self::Previous => "previous",
            Self::ClassMean => "class_mean",
        }
    }
}

/// At least a day: two readings of one afternoon say nothing about a day.
pub(super) fn seconds_between(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to - from).num_seconds().max(86_400)
}
