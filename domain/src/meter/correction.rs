//! R4: an accepted index is changed by two people, never by one, and never silently.

use super::command::{ApproveCorrection, RequestCorrection};
use super::handle::text;
use super::installation::{Leg, Point, minus, plus};
use super::submission::same_person;
use super::{CorrectionRequested, MeterError, MeterEvent, MeterState, ReadingCorrected};
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
    let baseline = meter
        .timeline
        .baseline(reading.read_at)
        .ok_or(MeterError::NoDevice)?;
    Ok(vec![MeterEvent::ReadingCorrected(ReadingCorrected {
        correction_id: command.correction_id,
        reading_id: request.reading_id.clone(),
        old_index: reading.index,
        new_index: request.index,
        usage: minus(effect.cumulative, baseline.cumulative)?,
        cumulative: effect.cumulative,
        cumulative_shift: minus(effect.cumulative, reading.cumulative)?,
        later_shift: effect.later_shift,
        reapportioned: meter.timeline.reapportioned(
            reading.read_at,
            effect.cumulative,
            effect.later_shift,
        )?,
        requested_by: request.requested_by.clone(),
        approved_by: command.approved_by,
        reason: request.reason.clone(),
    })])
}

struct Effect {
    cumulative: Quantity,
    later_shift: Quantity,
}

/// Usage moves between the reading and the next one, so that later totals stay; unless the
/// correction shows that the register did, or did not, roll over.
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
    let previous = timeline.before(installation, at);
    let next = timeline.after(installation, at);
    let legs = |index: Index, cumulative: Quantity| -> Result<Vec<Leg>, MeterError> {
        let here = Point {
            index,
            at,
            cumulative,
        };
        let leaving = next.map(|next| installation.leg(here, next.index, next.at));
        std::iter::once(installation.leg(previous, index, at))
            .chain(leaving)
            .collect()
    };
    let known = legs(reading.index, reading.cumulative)?;
    let corrected = legs(index, reading.cumulative)?;
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
    let later_shift = match (next, totals.get(1)) {
        (Some(next), Some(total)) => minus(*total, next.cumulative)?,
        _ => Quantity::ZERO,
    };
    Ok(Effect {
        cumulative: totals.first().copied().unwrap_or(previous.cumulative),
        later_shift,
    })
}
