//! 估抄: an index nobody read, computed from what is known; and computed anew once somebody has
//! read one that shows it to be wrong.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::command::EstimateReading;
use super::handle::text;
use super::installation::{Installation, Point, minus, plus};
use super::submission::{require_past, same_instant};
use super::timeline::{Reference, Timeline};
use super::{
    AcceptedReading, Channel, Evidence, Finding, MeterError, MeterEvent, MeterState, Quality,
    ReadingAccepted, ReadingReestimated, ReadingSubmitted, Reapportioned, StateInput, check,
};
use crate::units::{Index, Multiplier, Quantity, ReadingId, business_date};
use crate::validation_rules::{EstimationMethod, RuleSet};

const REASON_LENGTH_MAX: usize = 200;

/// How an index was come by that nobody read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    pub method: EstimationMethod,
    pub days: u32,
    /// The average day (日均), to two decimals; none where a line was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<Quantity>,
    /// A line was drawn over a usage in so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn_over: Option<DrawnOver>,
    /// To two decimals; the index moves by its whole units.
    pub usage: Quantity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnOver {
    pub usage: Quantity,
    pub days: u32,
}

fn two_places(value: Decimal) -> Result<Quantity, MeterError> {
    let rounded = value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    Quantity::try_new(rounded.normalize()).map_err(|_| MeterError::UsageOutOfRange)
}

fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_days()).unwrap_or(0)
}

impl Estimate {
    /// The average day to two decimals, times the days, to two decimals again.
    fn by_day(
        method: EstimationMethod,
        reference: Reference,
        days: u32,
    ) -> Result<Self, MeterError> {
        let per_day = reference
            .usage
            .checked_mul(Decimal::from(86_400))
            .and_then(|usage| usage.checked_div(Decimal::from(reference.seconds)))
            .ok_or(MeterError::UsageOutOfRange)?;
        Self::by_daily(method, two_places(per_day)?, days)
    }

    fn by_daily(
        method: EstimationMethod,
        per_day: Quantity,
        days: u32,
    ) -> Result<Self, MeterError> {
        let usage = per_day
            .value()
            .checked_mul(Decimal::from(days))
            .ok_or(MeterError::UsageOutOfRange)?;
        Ok(Self {
            method,
            days,
            per_day: Some(per_day),
            drawn_over: None,
            usage: two_places(usage)?,
        })
    }

    fn on_a_line(over: DrawnOver, days: u32) -> Result<Self, MeterError> {
        let share = over
            .usage
            .value()
            .checked_mul(Decimal::from(days))
            .and_then(|share| share.checked_div(Decimal::from(over.days.max(1))))
            .ok_or(MeterError::UsageOutOfRange)?;
        Ok(Self {
            method: EstimationMethod::LaterActual,
            days,
            per_day: None,
            drawn_over: Some(over),
            usage: two_places(share)?,
        })
    }

    fn nothing(days: u32) -> Self {
        Self {
            method: EstimationMethod::NoUsage,
            days,
            per_day: None,
            drawn_over: None,
            usage: Quantity::ZERO,
        }
    }

    /// Usage over the multiplier, cut to whole units, on top of a point.
    fn on_top_of(
        &self,
        installation: &Installation,
        from: Point,
        at: DateTime<Utc>,
    ) -> Result<Point, MeterError> {
        let units = units(self.usage, installation.device.multiplier)?;
        let index = installation.moved_on(from.index, units)?;
        let moved = Quantity::try_new(units).map_err(|_| MeterError::UsageOutOfRange)?;
        let usage = moved
            .checked_mul(installation.device.multiplier)
            .ok_or(MeterError::UsageOutOfRange)?;
        Ok(Point {
            index,
            at,
            cumulative: plus(from.cumulative, usage)?,
        })
    }
}

fn units(usage: Quantity, multiplier: Multiplier) -> Result<Decimal, MeterError> {
    let units = usage.value().checked_div(multiplier.value());
    Ok(units.ok_or(MeterError::UsageOutOfRange)?.trunc())
}

pub(super) fn estimate(
    meter: &MeterState,
    command: EstimateReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    if command.state.input() != StateInput::Nothing {
        return Err(MeterError::StateTakesAnIndex {
            state: command.state,
        });
    }
    let at = command.read_at;
    require_past(&command.rules, at, command.now)?;
    if same_instant(meter, at) {
        return Err(MeterError::ReadingAtThatTime);
    }
    let timeline = &meter.timeline;
    let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
    let previous = timeline.before(installation, at);
    let finding = prolonged(meter, &command.rules, at)?;
    let estimate = made(meter, installation, previous, &command)?;
    let point = estimate.on_top_of(installation, previous, at)?;
    if let Some(next) = timeline.after(installation, at)
        && next.cumulative < point.cumulative
    {
        return Err(MeterError::ReadingContradictsLater { next: next.index });
    }
    let baseline = timeline.baseline(at).ok_or(MeterError::NoDevice)?;
    let note = text(&command.reason, "reason", "估抄原因", REASON_LENGTH_MAX)?;
    let quality = if command.state.stands() {
        Quality::Substituted
    } else {
        Quality::Estimated
    };
    Ok(vec![
        MeterEvent::ReadingSubmitted(ReadingSubmitted {
            reading_id: command.reading_id.clone(),
            index: point.index,
            read_at: at,
            channel: Channel::Estimate,
            photo: None,
            round: command.round,
            note: Some(note),
            submitted_by: command.estimated_by,
            evidence: Evidence {
                state: Some(command.state),
                ..Evidence::default()
            },
        }),
        MeterEvent::ReadingAccepted(ReadingAccepted {
            reading_id: command.reading_id,
            index: point.index,
            read_at: at,
            read_on: business_date(at),
            previous_index: previous.index,
            previous_at: previous.at,
            usage: minus(point.cumulative, baseline.cumulative)?,
            cumulative: point.cumulative,
            quality,
            findings: finding.into_iter().collect(),
            review: None,
            reapportioned: timeline.reapportioned(at, point.cumulative, Quantity::ZERO)?,
            estimate: Some(estimate),
            reversed: false,
        }),
    ])
}

/// V21: the last estimate that is still made asks for a visit; after it there are no more.
fn prolonged(
    meter: &MeterState,
    rules: &RuleSet,
    at: DateTime<Utc>,
) -> Result<Option<Finding>, MeterError> {
    let commodity = meter.registered.commodity;
    let timeline = &meter.timeline;
    let read = timeline.last_read(at).ok_or(MeterError::NoDevice)?;
    let in_a_row = timeline.estimated_in_a_row(at);
    let last_estimate = timeline
        .readings()
        .iter()
        .rev()
        .find(|reading| reading.read_at < at)
        .filter(|reading| reading.estimate.is_some());
    if let Some(last) = last_estimate
        && check::prolonged(rules, commodity, in_a_row, months_since(read, last.read_at)).is_some()
    {
        return Err(MeterError::EstimatedTooLong {
            since: business_date(read),
        });
    }
    let months = months_since(read, at);
    Ok(check::prolonged(rules, commodity, in_a_row + 1, months))
}

/// Months begun: a day past six of them is the seventh.
fn months_since(from: DateTime<Utc>, to: DateTime<Utc>) -> u32 {
    let (from, to) = (business_date(from), business_date(to));
    (0..=1_200)
        .find(|months| {
            from.checked_add_months(chrono::Months::new(*months))
                .is_none_or(|end| to <= end)
        })
        .unwrap_or(u32::MAX)
}

/// The first way of the order that has something to go by.
fn made(
    meter: &MeterState,
    installation: &Installation,
    previous: Point,
    command: &EstimateReading,
) -> Result<Estimate, MeterError> {
    let rules = command.rules.of(meter.registered.commodity);
    let single = command.state.method();
    let order = match &single {
        Some(method) => std::slice::from_ref(method),
        None => rules.estimation.order.as_slice(),
    };
    for method in order {
        if let Some(estimate) = by(*method, meter, installation, previous, command)? {
            return Ok(estimate);
        }
    }
    Err(MeterError::NothingToEstimateFrom)
}

fn by(
    method: EstimationMethod,
    meter: &MeterState,
    installation: &Installation,
    previous: Point,
    command: &EstimateReading,
) -> Result<Option<Estimate>, MeterError> {
    let timeline = &meter.timeline;
    let at = command.read_at;
    let days = days_between(business_date(previous.at), business_date(at));
    let reference = match method {
        EstimationMethod::NoUsage => return Ok(Some(Estimate::nothing(days))),
        EstimationMethod::LaterActual => {
            let Some(next) = timeline.actual_after(installation, at) else {
                return Ok(None);
            };
            let over = DrawnOver {
                usage: minus(next.cumulative, previous.cumulative)?,
                days: days_between(business_date(previous.at), business_date(next.at)),
            };
            return Estimate::on_a_line(over, days).map(Some);
        }
        EstimationMethod::LastYear => timeline.read_a_year_earlier(previous.at, at),
        EstimationMethod::RecentPeriods => timeline.recent_periods(at),
        EstimationMethod::PresentDevice => timeline.present_device(installation, at),
        EstimationMethod::ClassMean => {
            check::class_mean(&command.rules, meter.registered.commodity)
        }
    };
    reference
        .map(|reference| Estimate::by_day(method, reference, days))
        .transpose()
}

/// Estimates between two readings, as those readings make them.
pub(super) struct Run {
    pub(super) estimates: Vec<AcceptedReading>,
    pub(super) from: Point,
    pub(super) to: Option<Point>,
    /// What the first of them counts its usage from: before a device's first reading lies what
    /// the device before it used up to its end.
    pub(super) counted_from: Quantity,
}

impl Run {
    /// Whether one of them lies outside what was read around it.
    pub(super) fn contradicts(&self) -> bool {
        self.estimates.iter().any(|estimate| {
            estimate.cumulative < self.from.cumulative
                || self
                    .to
                    .is_some_and(|to| to.cumulative < estimate.cumulative)
        })
    }

    /// In a straight line to the later reading; where there is none, by the average day each was
    /// made with. `next` is the reading after the last of them, where it is accepted already.
    pub(super) fn made_anew(
        &self,
        installation: &Installation,
        next: Option<(&ReadingId, Quantity)>,
    ) -> Result<Vec<ReadingReestimated>, MeterError> {
        let mut made = Vec::with_capacity(self.estimates.len());
        let mut last = self.counted_from;
        for reading in &self.estimates {
            let estimate = self.estimate(reading)?;
            let point = estimate.on_top_of(installation, self.from, reading.read_at)?;
            made.push(ReadingReestimated {
                reading_id: reading.reading_id.clone(),
                old_index: reading.index,
                new_index: point.index,
                usage: minus(point.cumulative, last)?,
                cumulative: point.cumulative,
                estimate,
                reapportioned: None,
            });
            last = point.cumulative;
        }
        if let (Some(made), Some((id, cumulative))) = (made.last_mut(), next) {
            made.reapportioned = Some(Reapportioned {
                reading_id: id.clone(),
                usage: minus(cumulative, last)?,
            });
        }
        Ok(made)
    }

    fn estimate(&self, reading: &AcceptedReading) -> Result<Estimate, MeterError> {
        let from = business_date(self.from.at);
        let days = days_between(from, reading.read_on);
        if let Some(to) = self.to {
            let over = DrawnOver {
                usage: minus(to.cumulative, self.from.cumulative)?,
                days: days_between(from, business_date(to.at)),
            };
            return Estimate::on_a_line(over, days);
        }
        let made = reading.estimate.as_ref();
        match made.and_then(|made| made.per_day.map(|per_day| (made.method, per_day))) {
            Some((method, per_day)) => Estimate::by_daily(method, per_day, days),
            None => Ok(Estimate::nothing(days)),
        }
    }
}

/// What reading an index makes of the estimates just before it.
pub(super) struct TrueUp {
    pub(super) made_anew: Vec<ReadingReestimated>,
    /// The last that was read, and the last that was estimated.
    pub(super) between: (Point, Point),
    pub(super) cumulative: Quantity,
}

/// An index below an estimate is no way back where it is not below the last that was read: the
/// estimate was too high, and is made anew (冲减). `always` draws the line in any case (推正).
pub(super) fn true_up(
    timeline: &Timeline,
    installation: &Installation,
    (index, at): (Index, DateTime<Utc>),
    always: bool,
) -> Result<Option<TrueUp>, MeterError> {
    let actual = timeline.actual_before(installation, at);
    let estimates = timeline.estimates(actual.at, at);
    let (Some(first), Some(last)) = (estimates.first(), estimates.last()) else {
        return Ok(None);
    };
    let guessed = last.point();
    let baseline = timeline.baseline(first.read_at);
    let counted_from = baseline.ok_or(MeterError::NoDevice)?.cumulative;
    let leg = installation.leg(actual, index, at)?;
    let Some(used) = leg.plausible_usage() else {
        return Ok(None);
    };
    let cumulative = plus(actual.cumulative, used)?;
    if cumulative >= guessed.cumulative && !always {
        return Ok(None);
    }
    let here = Point {
        index,
        at,
        cumulative,
    };
    let run = Run {
        estimates,
        from: actual,
        to: Some(here),
        counted_from,
    };
    Ok(Some(TrueUp {
        made_anew: run.made_anew(installation, None)?,
        between: (actual, guessed),
        cumulative,
    }))
}
