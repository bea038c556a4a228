//! From an index that came in to a reading that counts.

use chaobiao_decision::Actor;
use chrono::TimeDelta;

use super::command::{AcceptHeldReading, RejectReading, SubmitReading};
use super::handle::{known_photo, text};
use super::installation::{Point, minus, plus};
use super::{
    Channel, Finding, MeterError, MeterEvent, MeterState, Quality, ReadingAccepted, ReadingHeld,
    ReadingRejected, ReadingStatus, ReadingSubmitted, Review, Severity, Submission, check,
};
use crate::units::{BillingMonth, Quantity, ReadingId, business_date};

const NOTE_LENGTH: usize = 200;

pub(super) fn submit(
    meter: &MeterState,
    command: SubmitReading,
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
    let verdict = judge(meter, &command)?;
    let note = optional_note(command.note.as_deref())?;
    let submitted = MeterEvent::ReadingSubmitted(ReadingSubmitted {
        reading_id: command.reading_id,
        index: command.index,
        read_at: command.read_at,
        channel: command.channel,
        photo: command.photo,
        round: command.round,
        note,
        submitted_by: command.submitted_by,
    });
    Ok(vec![submitted, verdict])
}

fn optional_note(note: Option<&str>) -> Result<Option<String>, MeterError> {
    note.filter(|note| !note.trim().is_empty())
        .map(|note| text(note, "note", "备注", NOTE_LENGTH))
        .transpose()
}

/// R21: where a person looked at the dial, the photo is as mandatory as the index.
fn require_photo(meter: &MeterState, command: &SubmitReading) -> Result<(), MeterError> {
    if command.channel.needs_photo() && command.photo.is_none() {
        return Err(MeterError::PhotoRequired);
    }
    known_photo(meter, command.photo.as_ref())
}

/// V2: after what is known, and not ahead of the clock.
fn require_order(meter: &MeterState, command: &SubmitReading) -> Result<(), MeterError> {
    let tolerance = TimeDelta::minutes(i64::from(command.rules.future_tolerance_minutes));
    if command.read_at > command.now + tolerance {
        return Err(MeterError::ReadingInFuture);
    }
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
    match meter.timeline.last() {
        Some(last) if command.read_at <= last.at => {
            Err(MeterError::ReadingBeforeLast { last: last.at })
        }
        _ => Ok(()),
    }
}

/// V3 refuses; V4, V5 and V7 hold; V10 warns.
fn judge(meter: &MeterState, command: &SubmitReading) -> Result<MeterEvent, MeterError> {
    let installation = meter.timeline.current().ok_or(MeterError::NoDevice)?;
    installation.check_range(command.index, "index")?;
    let previous = meter.timeline.before(installation, command.read_at);
    let leg = installation.leg(previous, command.index, command.read_at)?;
    let (rules, commodity) = (&command.rules, meter.registered.commodity);
    let current = (command.index, command.read_at);
    let mut findings: Vec<Finding> = check::direction(rules, commodity, previous, current, leg)
        .into_iter()
        .collect();
    let cumulative = match leg.plausible_usage() {
        Some(used) => plus(previous.cumulative, used)?,
        None => return Ok(held(command, previous, findings)),
    };
    let baseline = meter
        .timeline
        .baseline(command.read_at)
        .ok_or(MeterError::NoDevice)?;
    let usage = minus(cumulative, baseline.cumulative)?;
    let span = (baseline.at, command.read_at);
    let reference = meter.timeline.reference(span.0, span.1);
    if let Some(reference) = reference.or_else(|| check::class_mean(rules, commodity)) {
        findings.extend(check::high(rules, commodity, usage, span, reference));
    }
    let month = BillingMonth::of(business_date(command.read_at));
    let before = meter.timeline.zero_months_before(command.read_at);
    findings.extend(check::zero(rules, commodity, usage, month, before));
    if findings
        .iter()
        .any(|finding| finding.severity == Severity::Hold)
    {
        return Ok(held(command, previous, findings));
    }
    Ok(MeterEvent::ReadingAccepted(ReadingAccepted {
        reading_id: command.reading_id.clone(),
        index: command.index,
        read_at: command.read_at,
        read_on: business_date(command.read_at),
        previous_index: previous.index,
        previous_at: previous.at,
        usage,
        cumulative,
        quality: quality_of(command.channel),
        findings,
        review: None,
        reapportioned: None,
    }))
}

fn held(command: &SubmitReading, previous: Point, findings: Vec<Finding>) -> MeterEvent {
    MeterEvent::ReadingHeld(ReadingHeld {
        reading_id: command.reading_id.clone(),
        index: command.index,
        read_at: command.read_at,
        read_on: business_date(command.read_at),
        previous_index: previous.index,
        previous_at: previous.at,
        findings,
    })
}

const fn quality_of(channel: Channel) -> Quality {
    match channel {
        Channel::SelfRead => Quality::Customer,
        Channel::Field | Channel::Handheld | Channel::Remote | Channel::Import => Quality::Actual,
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
/// that were accepted since; the later ones keep their cumulative usage.
pub(super) fn accept_held(
    meter: &MeterState,
    command: AcceptHeldReading,
) -> Result<Vec<MeterEvent>, MeterError> {
    let submission = held_submission(meter, &command.reading_id)?;
    if same_person(&submission.submitted_by, &command.reviewed_by) {
        return Err(MeterError::ReviewNeedsAnotherPerson);
    }
    let note = optional_note(command.note.as_deref())?;
    let (previous, cumulative) = place_held(meter, submission, command.rollover)?;
    let at = submission.read_at;
    let baseline = meter.timeline.baseline(at).ok_or(MeterError::NoDevice)?;
    let usage = minus(cumulative, baseline.cumulative)?;
    Ok(vec![MeterEvent::ReadingAccepted(ReadingAccepted {
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
        reapportioned: meter
            .timeline
            .reapportioned(at, cumulative, Quantity::ZERO)?,
    })])
}

/// What a held reading counts from and its cumulative usage, if it agrees with what was accepted around it.
fn place_held(
    meter: &MeterState,
    submission: &Submission,
    rollover: bool,
) -> Result<(Point, Quantity), MeterError> {
    let (index, at) = (submission.index, submission.read_at);
    let timeline = &meter.timeline;
    // Two accepted readings of one instant cannot be put in order.
    if let Some(same) = timeline
        .readings()
        .iter()
        .find(|reading| reading.read_at == at)
    {
        return Err(MeterError::ReadingContradictsLater { next: same.index });
    }
    // A replacement entered later, for an earlier moment, may have taken the device away.
    let installation = timeline.installation_at(at).ok_or(MeterError::NoDevice)?;
    installation.check_range(index, "readingId")?;
    let previous = timeline.before(installation, at);
    let went_backwards = MeterError::ReadingWentBackwards {
        previous: previous.index,
    };
    let leg = installation.leg(previous, index, at)?;
    let used = leg.usage().ok_or(went_backwards.clone())?;
    let cumulative = plus(previous.cumulative, used)?;
    let Some(next) = timeline.after(installation, at) else {
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
    match installation.leg(here, next.index, next.at)?.usage() {
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

pub(super) fn same_person(one: &Actor, other: &Actor) -> bool {
    one == other
}
