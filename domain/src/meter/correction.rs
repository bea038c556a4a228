//! R4: an accepted index is changed by two people, never by one, and never silently.

use chrono::{DateTime, Utc};

use super::command::{ApproveCorrection, RequestCorrection};
use super::estimate::Run;
use super::handle::text;
use super::installation::{Installation, Leg, Point, minus, plus};
use super::submission::{around, same_person};
use super::timeline::Timeline;
use super::{
    AcceptedReading, CorrectionRequested, MeterError, MeterEvent, MeterState, ReadingCorrected,
    ReadingReestimated,
};
use crate::units::{Index, Quantity, ReadingId};

pub(super) fn request(
    meter: &MeterState,
    command: RequestCorrection,
) -> Result<Vec<MeterEvent>, MeterError> {
    let reason = text(&command.reason, "reason", "更正原因", 200)?;
    // Decided again at approval; a request that cannot be granted should not wait for it.
    effect(meter, &command.reading_id, command.index)?;
    Ok(vec![MeterEvent::CorrectionRequested(CorrectionRequested {
        correction_id: command.correction_id,
        reading_id: command.reading_id,
        index: command.index,
        reason,
        requested_by: command.requested_by,
    })])
}

pub(super) fn approve(
    meter: &MeterState,
    command: ApproveCorrection,
) -> Result<Vec<MeterEvent>, MeterError> {
    let request = meter.correction(&command.correction_id)?;
    let reader = meter
        .submission(&request.reading_id)
        .map(|submission| &submission.submitted_by);
    let involved = [Some(&request.requested_by), reader];
    if involved
        .into_iter()
        .flatten()
        .any(|person| same_person(person, &command.approved_by))
    {
        return Err(MeterError::CorrectionNeedsAnotherPerson);
    }
    let effect = effect(meter, &request.reading_id, request.index)?;
    let reading = meter
        .accepted_reading(&request.reading_id)
        .ok_or(MeterError::ReadingNotAccepted)?;
    let at = reading.read_at;
    let before = meter.timeline.with(&effect.before);
    let baseline = before.baseline(at).ok_or(MeterError::NoDevice)?;
    let after = before.with(&effect.after);
    // Estimates that were made anew stand already where they belong.
    let shift = if effect.after.is_empty() {
        effect.later_shift
    } else {
        Quantity::ZERO
    };
    let corrected = MeterEvent::ReadingCorrected(ReadingCorrected {
        correction_id: command.correction_id,
        reading_id: request.reading_id.clone(),
        old_index: reading.index,
        new_index: request.index,
        usage: minus(effect.cumulative, baseline.cumulative)?,
        cumulative: effect.cumulative,
        cumulative_shift: minus(effect.cumulative, reading.cumulative)?,
        later_shift: effect.later_shift,
        reapportioned: after.reapportioned(at, effect.cumulative, shift)?,
        requested_by: request.requested_by.clone(),
        approved_by: command.approved_by,
        reason: request.reason.clone(),
    });
    Ok(around(effect.before, corrected, effect.after))
}

struct Effect {
    cumulative: Quantity,
    later_shift: Quantity,
    /// Estimates that the new index shows to be wrong, before it and after it.
    before: Vec<ReadingReestimated>,
    after: Vec<ReadingReestimated>,
}

/// Usage moves between the reading and the next one that was read, so that later totals stay;
/// unless the correction shows that the register did, or did not, roll over.
fn effect(meter: &MeterState, id: &ReadingId, index: Index) -> Result<Effect, MeterError> {
    let reading = match meter.accepted_reading(id) {
        Some(reading) => reading,
        None if meter.submission(id).is_some() => return Err(MeterError::ReadingNotAccepted),
        None => return Err(MeterError::ReadingNotFound),
    };
    if reading.index == index {
        return Err(MeterError::CorrectionChangesNothing);
    }
    let at = reading.read_at;
    let timeline = &meter.timeline;
    let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
    installation.check_range(index, "index")?;
    let previous = timeline.actual_before(installation, at);
    let next = timeline.actual_after(installation, at);
    // A register that counts down has no rollovers to tell its way from.
    if reading.reversed || next.is_some_and(|next| timeline.is_reversed(next.at)) {
        return Err(MeterError::CorrectionInconsistent);
    }
    let (cumulative, onwards) = totals(installation, reading, index, (previous, next))?;
    let later_shift = match (next, onwards) {
        (Some(next), Some(total)) => minus(total, next.cumulative)?,
        _ => Quantity::ZERO,
    };
    let here = Point {
        index,
        at,
        cumulative,
    };
    let before = before(timeline, installation, previous, here)?;
    let after = after(timeline, installation, here, (next, later_shift))?;
    Ok(Effect {
        cumulative,
        later_shift,
        before,
        after,
    })
}

/// The cumulative usages up to the reading and up to the next one.
fn totals(
    installation: &Installation,
    reading: &AcceptedReading,
    index: Index,
    (previous, next): (Point, Option<Point>),
) -> Result<(Quantity, Option<Quantity>), MeterError> {
    let at = reading.read_at;
    let legs = |index: Index| -> Result<Vec<Leg>, MeterError> {
        let here = Point {
            index,
            at,
            cumulative: reading.cumulative,
        };
        let leaving = next.map(|next| installation.leg(here, next.index, next.at));
        std::iter::once(installation.leg(previous, index, at))
            .chain(leaving)
            .collect()
    };
    let known = legs(reading.index)?;
    let corrected = legs(index)?;
    // A rollover that was accepted between the neighbours may move to the reading's other side.
    let doubtful = corrected
        .iter()
        .filter(|leg| leg.plausible_usage().is_none())
        .count();
    if doubtful > known.iter().filter(|leg| leg.is_wrapped()).count() {
        return Err(MeterError::CorrectionInconsistent);
    }
    let mut total = previous.cumulative;
    let mut totals = Vec::with_capacity(2);
    for leg in corrected {
        let used = leg.usage().ok_or(MeterError::CorrectionInconsistent)?;
        total = plus(total, used)?;
        totals.push(total);
    }
    let own = totals.first().copied().unwrap_or(previous.cumulative);
    Ok((own, totals.get(1).copied()))
}

fn before(
    timeline: &Timeline,
    installation: &Installation,
    previous: Point,
    here: Point,
) -> Result<Vec<ReadingReestimated>, MeterError> {
    let estimates = timeline.estimates(previous.at, here.at);
    let first = estimates.first().map_or(here.at, |first| first.read_at);
    let run = Run {
        estimates,
        from: previous,
        to: Some(here),
        counted_from: timeline
            .baseline(first)
            .ok_or(MeterError::NoDevice)?
            .cumulative,
    };
    if run.contradicts() {
        run.made_anew(installation, None)
    } else {
        Ok(Vec::new())
    }
}

fn after(
    timeline: &Timeline,
    installation: &Installation,
    here: Point,
    (next, later_shift): (Option<Point>, Quantity),
) -> Result<Vec<ReadingReestimated>, MeterError> {
    let end = next.map_or(DateTime::<Utc>::MAX_UTC, |next| next.at);
    let shifted = |point: Point| -> Result<Point, MeterError> {
        Ok(Point {
            cumulative: plus(point.cumulative, later_shift)?,
            ..point
        })
    };
    let mut estimates = timeline.estimates(here.at, end);
    for estimate in &mut estimates {
        estimate.cumulative = plus(estimate.cumulative, later_shift)?;
    }
    let to = next.map(shifted).transpose()?;
    let run = Run {
        estimates,
        from: here,
        to,
        counted_from: here.cumulative,
    };
    if !run.contradicts() {
        return Ok(Vec::new());
    }
    let following = timeline
        .readings()
        .iter()
        .find(|reading| reading.read_at >= end);
    let following = following
        .map(|reading| Ok((&reading.reading_id, plus(reading.cumulative, later_shift)?)))
        .transpose()?;
    run.made_anew(installation, following)
}
