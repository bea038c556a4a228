//! From an index that came in to a reading that counts.

use chaobiao_decision::Actor;
use chrono::{DateTime, TimeDelta, Utc};

use super::command::{AcceptHeldReading, DelayReading, RejectReading, SubmitReading};
use super::estimate::{Run, true_up};
use super::handle::{known_photo, text};
use super::installation::{Installation, Leg, Point, minus, plus};
use super::judge::{self, Judged};
use super::timeline::Timeline;
use super::{
    Channel, MeterError, MeterEvent, MeterState, PhotoAnalysed, Quality, ReadState,
    ReadingAccepted, ReadingDelayed, ReadingHeld, ReadingReestimated, ReadingRejected,
    ReadingStatus, ReadingSubmitted, Review, StateInput, Submission,
};
use crate::units::{Quantity, ReadingId, business_date};
use crate::validation_rules::RuleSet;

const NOTE_LENGTH: usize = 200;

pub(super) fn submit(
    meter: &MeterState,
    mut command: SubmitReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    // V1 comes first: a repeat is no new reading, whatever has happened since.
    if let Some((_, earlier)) = meter.submitted_at(command.read_at, command.channel) {
        return if earlier.index == command.index {
            Ok(Vec::new())
        } else {
            Err(MeterError::ReadingConflict {
                existing: earlier.index,
            })
        };
    }
    require_photo(meter, &command)?;
    require_order(meter, &command)?;
    command.evidence = command.evidence.checked()?;
    require_state(meter, &command)?;
    let verdict = judge::judge(meter, &command)?;
    let note = optional_note(command.note.as_deref())?;
    let submitted = MeterEvent::ReadingSubmitted(ReadingSubmitted {
        reading_id: command.reading_id.clone(),
        index: command.index,
        read_at: command.read_at,
        channel: command.channel,
        photo: command.photo.clone(),
        round: command.round.clone(),
        note,
        submitted_by: command.submitted_by.clone(),
        evidence: command.evidence.clone(),
    });
    let mut events = vec![submitted];
    events.extend(analysed_with(&command));
    events.extend(verdict_of(&command, verdict));
    Ok(events)
}

/// What the program saw before the reading was decided.
fn analysed_with(command: &SubmitReading) -> Option<MeterEvent> {
    let (photo, check) = (command.photo.clone()?, command.photo_check.clone()?);
    Some(MeterEvent::PhotoAnalysed(PhotoAnalysed {
        reading_id: command.reading_id.clone(),
        photo,
        index: command.index,
        read_at: command.read_at,
        check,
    }))
}

fn verdict_of(command: &SubmitReading, judged: Judged) -> Vec<MeterEvent> {
    let (index, read_at) = (command.index, command.read_at);
    let Some(counted) = judged.counted.filter(|_| !judged.held) else {
        return vec![MeterEvent::ReadingHeld(ReadingHeld {
            reading_id: command.reading_id.clone(),
            index,
            read_at,
            read_on: business_date(read_at),
            previous_index: judged.previous.index,
            previous_at: judged.previous.at,
            findings: judged.findings,
        })];
    };
    let accepted = MeterEvent::ReadingAccepted(ReadingAccepted {
        reading_id: command.reading_id.clone(),
        index,
        read_at,
        read_on: business_date(read_at),
        previous_index: judged.previous.index,
        previous_at: judged.previous.at,
        usage: counted.usage,
        cumulative: counted.cumulative,
        quality: quality_of(command.channel),
        findings: judged.findings,
        review: None,
        reapportioned: counted.reapportioned,
        estimate: None,
        reversed: is_reversed(command.evidence.state),
    });
    around(counted.made_anew, accepted, Vec::new())
}

/// Estimates before a reading are made anew before it counts, those after it afterwards.
pub(super) fn around(
    before: Vec<ReadingReestimated>,
    reading: MeterEvent,
    after: Vec<ReadingReestimated>,
) -> Vec<MeterEvent> {
    let anew = |made: Vec<ReadingReestimated>| made.into_iter().map(MeterEvent::ReadingReestimated);
    let mut events: Vec<MeterEvent> = anew(before).collect();
    events.push(reading);
    events.extend(anew(after));
    events
}

pub(super) fn is_reversed(state: Option<ReadState>) -> bool {
    state == Some(ReadState::FittedBackwards)
}

fn optional_note(note: Option<&str>) -> Result<Option<String>, MeterError> {
    note.filter(|note| !note.trim().is_empty())
        .map(|note| text(note, "note", "备注", NOTE_LENGTH))
        .transpose()
}

/// R21: where a person looked at the dial, the photo is as mandatory as the index. R20: where a
/// meter was asked by radio, so is what it answered.
fn require_photo(meter: &MeterState, command: &SubmitReading) -> Result<(), MeterError> {
    if command.channel.needs_photo() && command.photo.is_none() {
        return Err(MeterError::PhotoRequired);
    }
    if command.channel == Channel::Bluetooth && command.evidence.frame.is_none() {
        return Err(MeterError::FrameRequired);
    }
    if let (Some(address), Some(device)) = (&command.evidence.answered_by, meter.device())
        && !is_address_of(address, device.hardware_no.as_str())
    {
        return Err(MeterError::FrameOfAnotherMeter {
            address: address.clone(),
        });
    }
    known_photo(meter, command.photo.as_ref())
}

/// What is stamped on a device is the end of its address; the maker's code before it is not. A
/// number with letters is of another kind, and says nothing about the address.
fn is_address_of(address: &str, hardware_no: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let stamped = hardware_no.trim_start_matches('0');
    !digits(hardware_no) || address.ends_with(stamped) || hardware_no.ends_with(address)
}

/// V2: a clock runs ahead by some minutes, no more.
pub(super) fn require_past(
    rules: &RuleSet,
    read_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), MeterError> {
    let tolerance = TimeDelta::minutes(i64::from(rules.future_tolerance_minutes));
    if read_at > now + tolerance {
        Err(MeterError::ReadingInFuture)
    } else {
        Ok(())
    }
}

pub(super) fn same_instant(meter: &MeterState, at: DateTime<Utc>) -> bool {
    let mut readings = meter.timeline.readings().iter();
    readings.any(|reading| reading.read_at == at)
}

/// V2: of the device's time, not ahead of the clock, and not at the instant of another reading.
fn require_order(meter: &MeterState, command: &SubmitReading) -> Result<(), MeterError> {
    require_past(&command.rules, command.read_at, command.now)?;
    let first = meter
        .timeline
        .installations
        .first()
        .ok_or(MeterError::NoDevice)?;
    if command.read_at <= first.opened.at {
        return Err(MeterError::ReadingBeforeInstallation {
            installed_at: first.opened.at,
        });
    }
    // Two readings of one instant cannot be put in order; nor one of when a device was changed.
    if same_instant(meter, command.read_at)
        || meter.timeline.installation_at(command.read_at).is_none()
    {
        return match meter.timeline.last() {
            Some(last) if command.read_at <= last.at => {
                Err(MeterError::ReadingBeforeLast { last: last.at })
            }
            _ => Err(MeterError::NoDevice),
        };
    }
    Ok(())
}

/// What a state needs beyond the index.
fn require_state(meter: &MeterState, command: &SubmitReading) -> Result<(), MeterError> {
    let Some(state) = command.evidence.state else {
        return Ok(());
    };
    if state.input() != StateInput::Index {
        return Err(MeterError::StateTakesNoIndex { state });
    }
    let timeline = &meter.timeline;
    let at = command.read_at;
    let fits = match state {
        ReadState::PlannedExchange => {
            let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
            let first_of_all = timeline.installations.first() == Some(installation);
            !first_of_all && timeline.before(installation, at) == installation.opened
        }
        ReadState::DerivedActual => timeline.estimated_in_a_row(at) > 0,
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(MeterError::StateDoesNotFit { state })
    }
}

pub(super) const fn quality_of(channel: Channel) -> Quality {
    match channel {
        Channel::SelfRead => Quality::Customer,
        Channel::Estimate => Quality::Estimated,
        Channel::Field
        | Channel::Handheld
        | Channel::Remote
        | Channel::Import
        | Channel::Bluetooth => Quality::Actual,
    }
}

fn held_submission<'a>(
    meter: &'a MeterState,
    id: &ReadingId,
) -> Result<&'a Submission, MeterError> {
    let submission = meter.submission(id).ok_or(MeterError::ReadingNotFound)?;
    match submission.status {
        ReadingStatus::Held => Ok(submission),
        ReadingStatus::Accepted | ReadingStatus::Rejected => Err(MeterError::ReadingNotHeld),
    }
}

/// Another person vouches for a held reading. It takes its place in time, also between readings
/// that were accepted since; the later ones keep their cumulative usage, but for estimates it
/// shows to be wrong.
pub(super) fn accept_held(
    meter: &MeterState,
    command: AcceptHeldReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    let submission = held_submission(meter, &command.reading_id)?;
    if same_person(&submission.submitted_by, &command.reviewed_by) {
        return Err(MeterError::ReviewNeedsAnotherPerson);
    }
    let note = optional_note(command.note.as_deref())?;
    let at = submission.read_at;
    let timeline = &meter.timeline;
    // A replacement entered later, for an earlier moment, may have taken the device away.
    let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
    let submitted = (submission.index, at);
    let always = submission.state == Some(ReadState::DerivedActual);
    let trued = true_up(timeline, installation, submitted, always)?;
    let made_anew = trued.map(|trued| trued.made_anew).unwrap_or_default();
    let timeline = timeline.with(&made_anew);
    let (previous, cumulative) = place_held(meter, &timeline, submission, command.rollover)?;
    let after = overtaken(&timeline, installation, (submission, cumulative))?;
    let baseline = timeline.baseline(at).ok_or(MeterError::NoDevice)?;
    let usage = minus(cumulative, baseline.cumulative)?;
    let accepted = MeterEvent::ReadingAccepted(ReadingAccepted {
        reading_id: command.reading_id,
        index: submission.index,
        read_at: at,
        read_on: business_date(at),
        previous_index: previous.index,
        previous_at: previous.at,
        usage,
        cumulative,
        quality: quality_of(submission.channel),
        findings: submission.findings.clone(),
        review: Some(Review {
            reviewed_by: command.reviewed_by,
            note,
        }),
        reapportioned: timeline
            .with(&after)
            .reapportioned(at, cumulative, Quantity::ZERO)?,
        estimate: None,
        reversed: is_reversed(submission.state),
    });
    Ok(around(made_anew, accepted, after))
}

/// The estimates after a reading that it shows to be wrong, made anew.
fn overtaken(
    timeline: &Timeline,
    installation: &Installation,
    (submission, cumulative): (&Submission, Quantity),
) -> Result<Vec<ReadingReestimated>, MeterError> {
    let at = submission.read_at;
    let to = timeline.actual_after(installation, at);
    let end = to.map_or(DateTime::<Utc>::MAX_UTC, |to| to.at);
    let run = Run {
        estimates: timeline.estimates(at, end),
        from: Point {
            index: submission.index,
            at,
            cumulative,
        },
        to,
        counted_from: cumulative,
    };
    if !run.contradicts() {
        return Ok(Vec::new());
    }
    let next = timeline
        .readings()
        .iter()
        .find(|reading| reading.read_at >= end);
    let next = next.map(|reading| (&reading.reading_id, reading.cumulative));
    run.made_anew(installation, next)
}

/// What a held reading counts from and its cumulative usage, if it agrees with what was read around
/// it.
fn place_held(
    meter: &MeterState,
    timeline: &Timeline,
    submission: &Submission,
    rollover: bool,
) -> Result<(Point, Quantity), MeterError> {
    let (index, at) = (submission.index, submission.read_at);
    // Two accepted readings of one instant cannot be put in order.
    if same_instant(meter, at) {
        return Err(MeterError::ReadingContradictsLater { next: index });
    }
    let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
    installation.check_range(index, "readingId")?;
    let previous = timeline.before(installation, at);
    let leg = if is_reversed(submission.state) {
        installation.leg_down(previous, index)?
    } else {
        installation.leg(previous, index, at)?
    };
    place(
        timeline,
        installation,
        (index, at),
        (previous, leg),
        rollover,
    )
}

/// The cumulative usage of a reading between what was read around it.
pub(super) fn place(
    timeline: &Timeline,
    installation: &Installation,
    (index, at): (crate::units::Index, DateTime<Utc>),
    (previous, leg): (Point, Leg),
    rollover: bool,
) -> Result<(Point, Quantity), MeterError> {
    let went_backwards = MeterError::ReadingWentBackwards {
        previous: previous.index,
    };
    let used = leg.usage().ok_or(went_backwards.clone())?;
    let cumulative = plus(previous.cumulative, used)?;
    // Estimates after it give way; what was read does not.
    let Some(next) = timeline.actual_after(installation, at) else {
        return if leg.plausible_usage().is_none() && !rollover {
            Err(went_backwards)
        } else {
            Ok((previous, cumulative))
        };
    };
    let here = Point {
        index,
        at,
        cumulative,
    };
    let onwards = if timeline.is_reversed(next.at) {
        installation.leg_down(here, next.index)?
    } else {
        installation.leg(here, next.index, next.at)?
    };
    match onwards.usage() {
        Some(rest) if plus(cumulative, rest)? == next.cumulative => Ok((previous, cumulative)),
        _ => Err(MeterError::ReadingContradictsLater { next: next.index }),
    }
}

pub(super) fn reject(
    meter: &MeterState,
    command: RejectReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    held_submission(meter, &command.reading_id)?;
    Ok(vec![MeterEvent::ReadingRejected(ReadingRejected {
        reading_id: command.reading_id,
        reason: text(&command.reason, "reason", "退回原因", NOTE_LENGTH)?,
        rejected_by: command.rejected_by,
    })])
}

/// 延迟: nothing is read, and nothing estimated.
pub(super) fn delay(
    meter: &MeterState,
    command: DelayReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    meter.timeline.current().ok_or(MeterError::NoDevice)?;
    if command.until <= business_date(command.now) {
        return Err(MeterError::DelayNotAhead);
    }
    Ok(vec![MeterEvent::ReadingDelayed(ReadingDelayed {
        until: command.until,
        reason: text(&command.reason, "reason", "延迟原因", NOTE_LENGTH)?,
        round: command.round,
        delayed_by: command.delayed_by,
    })])
}

pub(super) fn same_person(one: &Actor, other: &Actor) -> bool {
    one == other
}
