//! A reading that never should have come in is taken back, by two people: what a whole file brought.

use chrono::{DateTime, Utc};

use super::command::WithdrawReading;
use super::installation::{Installation, plus};
use super::timeline::Timeline;
use super::{
    AcceptedReading, MeterError, MeterEvent, MeterState, Quality, ReadingStatus, ReadingWithdrawn,
    WithdrawnCount,
};
use crate::units::{Quantity, ReadingId};

impl MeterState {
    /// Whether nothing the meter knows of rests on a reading, so that it can be taken back. What
    /// accounts make of it, they know themselves.
    pub fn may_withdraw(&self, id: &ReadingId) -> Result<(), MeterError> {
        count(self, id).map(|_| ())
    }
}

pub(super) fn withdraw(
    meter: &MeterState,
    command: WithdrawReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    let counted = count(meter, &command.reading_id)?;
    Ok(vec![MeterEvent::ReadingWithdrawn(ReadingWithdrawn {
        reading_id: command.reading_id,
        batch: command.batch,
        reason: command.reason,
        requested_by: command.requested_by,
        approved_by: command.approved_by,
        counted,
    })])
}

/// Where a reading counts until now; none where it was held.
fn count(meter: &MeterState, id: &ReadingId) -> Result<Option<WithdrawnCount>, MeterError> {
    let submission = meter.submission(id).ok_or(MeterError::ReadingNotFound)?;
    match submission.status {
        ReadingStatus::Rejected => return Err(MeterError::ReadingNotStanding),
        ReadingStatus::Held => return Ok(None),
        ReadingStatus::Accepted => {}
    }
    let reading = meter
        .accepted_reading(id)
        .ok_or(MeterError::ReadingNotStanding)?;
    if reading.quality == Quality::Edited {
        return Err(MeterError::ReadingWasCorrected);
    }
    let timeline = &meter.timeline;
    let at = reading.read_at;
    if beside(timeline, at).any(|other| other.estimate.is_some()) {
        return Err(MeterError::ReadingBearsEstimates);
    }
    let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
    bridge(timeline, installation, at)?;
    let before = timeline.baseline(at).ok_or(MeterError::NoDevice)?;
    let previous = timeline
        .readings()
        .iter()
        .rev()
        .find(|other| other.read_at < at);
    Ok(Some(WithdrawnCount {
        read_at: at,
        previous_reading: previous.map(|previous| previous.reading_id.clone()),
        previous_index: before.index,
        previous_at: before.at,
        previous_cumulative: before.cumulative,
        reapportioned: timeline.reapportioned(at, before.cumulative, Quantity::ZERO)?,
    }))
}

/// The readings just before and just after an instant.
fn beside(timeline: &Timeline, at: DateTime<Utc>) -> impl Iterator<Item = &AcceptedReading> {
    let readings = timeline.readings();
    let before = readings.iter().rev().find(|other| other.read_at < at);
    let after = readings.iter().find(|other| at < other.read_at);
    before.into_iter().chain(after)
}

/// What was read after it must count the same without it: else it showed that the register had
/// rolled over, and what follows rests on it.
fn bridge(
    timeline: &Timeline,
    installation: &Installation,
    at: DateTime<Utc>,
) -> Result<(), MeterError> {
    let Some(next) = timeline.after(installation, at) else {
        return Ok(());
    };
    let previous = timeline.before(installation, at);
    let leg = if timeline.is_reversed(next.at) {
        installation.leg_down(previous, next.index)?
    } else {
        installation.leg(previous, next.index, next.at)?
    };
    match leg.plausible_usage() {
        Some(used) if plus(previous.cumulative, used)? == next.cumulative => Ok(()),
        _ => Err(MeterError::ReadingContradictsLater { next: next.index }),
    }
}
