//! Which function decides which command, and the decisions about the point and its devices.

use chrono::{DateTime, Utc};

use super::command::{Closing, InstallDevice, MeterCommand, RemoveDevice, ReplaceDevice};
use super::installation::{Installation, check_range, plus};
use super::timeline::Timeline;
use super::{
    DeviceInstalled, DeviceRemoved, FaultReported, Meter, MeterError, MeterEvent, MeterRegistered,
    MeterState, correction, estimate, photo_check, submission, supply, withdrawal,
};
use crate::units::{PhotoHash, Quantity, business_date, written};

pub(super) fn decide(meter: &Meter, command: MeterCommand) -> Result<Vec<MeterEvent>, MeterError> {
    if let MeterCommand::Register(registered) = command {
        return register(meter, registered);
    }
    let meter = meter.registered()?;
    match command {
        MeterCommand::Register(_) => Err(MeterError::AlreadyRegistered),
        MeterCommand::InstallDevice(command) => install(meter, command),
        MeterCommand::ReplaceDevice(command) => replace(meter, command),
        MeterCommand::RemoveDevice(command) => remove(meter, &command),
        MeterCommand::SubmitPhoto(photo) if meter.photos.contains(&photo.photo) => Ok(Vec::new()),
        MeterCommand::SubmitPhoto(photo) => Ok(vec![MeterEvent::PhotoSubmitted(photo)]),
        MeterCommand::SubmitReading(command) => submission::submit(meter, *command),
        MeterCommand::AcceptHeldReading(command) => submission::accept_held(meter, command),
        MeterCommand::RejectReading(command) => submission::reject(meter, command),
        MeterCommand::WithdrawReading(command) => withdrawal::withdraw(meter, command),
        MeterCommand::RequestCorrection(command) => correction::request(meter, command),
        MeterCommand::ApproveCorrection(command) => correction::approve(meter, command),
        MeterCommand::ReportFault(report) => report_fault(meter, report),
        MeterCommand::EstimateReading(command) => estimate::estimate(meter, *command),
        MeterCommand::DelayReading(command) => submission::delay(meter, command),
        MeterCommand::Deactivate(command) => supply::deactivate(meter, &command),
        MeterCommand::Reactivate(command) => supply::reactivate(meter, &command),
        MeterCommand::RecordPhotoCheck(command) => photo_check::record(meter, *command),
        MeterCommand::ReviewPhoto(command) => photo_check::review(meter, command),
    }
}

/// What people write is kept without the white space around it, and within bounds.
pub(super) fn text(
    text: &str,
    field: &'static str,
    what: &'static str,
    max: usize,
) -> Result<String, MeterError> {
    written(text, what, max).map_err(|source| MeterError::Value { field, source })
}

pub(super) fn known_photo(meter: &MeterState, photo: Option<&PhotoHash>) -> Result<(), MeterError> {
    match photo {
        Some(photo) if !meter.photos.contains(photo) => Err(MeterError::PhotoUnknown),
        _ => Ok(()),
    }
}

fn register(meter: &Meter, card: MeterRegistered) -> Result<Vec<MeterEvent>, MeterError> {
    if meter.is_registered() {
        return Err(MeterError::AlreadyRegistered);
    }
    Ok(vec![MeterEvent::Registered(MeterRegistered {
        building: text(&card.building, "building", "楼栋", 60)?,
        room: text(&card.room, "room", "房间", 60)?,
        ..card
    })])
}

fn install(meter: &MeterState, command: InstallDevice) -> Result<Vec<MeterEvent>, MeterError> {
    if meter.timeline.current().is_some() {
        return Err(MeterError::DeviceAlreadyInstalled);
    }
    if let Some(last) = meter.timeline.last()
        && command.installed_at < last.at
    {
        return Err(MeterError::DeviceDateBeforeLast { last: last.at });
    }
    Ok(vec![MeterEvent::DeviceInstalled(device(meter, command)?)])
}

fn replace(meter: &MeterState, command: ReplaceDevice) -> Result<Vec<MeterEvent>, MeterError> {
    let old = meter.timeline.current().ok_or(MeterError::NoDevice)?;
    let at = command.replacement.installed_at;
    if old.device.hardware_no == command.replacement.hardware_no {
        return Err(MeterError::SameDevice);
    }
    let mut events = take_off(meter, old, &command.closing, at)?;
    let installed = device(meter, command.replacement)?;
    events.push(MeterEvent::DeviceInstalled(installed));
    Ok(events)
}

fn remove(meter: &MeterState, command: &RemoveDevice) -> Result<Vec<MeterEvent>, MeterError> {
    let old = meter.timeline.current().ok_or(MeterError::NoDevice)?;
    if command.removed_at > command.now {
        return Err(MeterError::DeviceDateInFuture);
    }
    take_off(meter, old, &command.closing, command.removed_at)
}

/// A closing index below an estimate is no way back: the estimate was too high, and is made anew
/// (E7).
fn take_off(
    meter: &MeterState,
    old: &Installation,
    closing: &Closing,
    at: DateTime<Utc>,
) -> Result<Vec<MeterEvent>, MeterError> {
    known_photo(meter, closing.photo.as_ref())?;
    let trued = estimate::true_up(&meter.timeline, old, (closing.index, at), false)?;
    let made_anew = trued.map(|trued| trued.made_anew).unwrap_or_default();
    let removed = close(&meter.timeline.with(&made_anew), old, closing, at)?;
    let removed = MeterEvent::DeviceRemoved(removed);
    Ok(submission::around(made_anew, removed, Vec::new()))
}

/// E2: the old device's last stretch counts by its own register and multiplier.
fn close(
    timeline: &Timeline,
    old: &Installation,
    closing: &Closing,
    at: DateTime<Utc>,
) -> Result<DeviceRemoved, MeterError> {
    old.check_range(closing.index, "closingIndex")?;
    let previous = timeline.before(old, DateTime::<Utc>::MAX_UTC);
    if at <= previous.at {
        return Err(MeterError::DeviceDateBeforeLast { last: previous.at });
    }
    let usage = old
        .leg(previous, closing.index, at)?
        .plausible_usage()
        .ok_or(MeterError::ClosingIndexWentBackwards {
            previous: previous.index,
            closing: closing.index,
        })?;
    let cumulative = plus(previous.cumulative, usage)?;
    Ok(DeviceRemoved {
        hardware_no: old.device.hardware_no.clone(),
        closing_index: closing.index,
        removed_at: at,
        removed_on: business_date(at),
        reason: closing.reason,
        usage,
        cumulative,
        photo: closing.photo.clone(),
    })
}

fn device(meter: &MeterState, command: InstallDevice) -> Result<DeviceInstalled, MeterError> {
    if command
        .digits
        .is_some_and(|digits| !(1..=9).contains(&digits))
    {
        return Err(MeterError::DigitsOutOfRange);
    }
    if command.decimals > 4 {
        return Err(MeterError::DecimalsOutOfRange);
    }
    // Four and four decimals make the eight a quantity can hold.
    if command.multiplier.value().normalize().scale() > 4 {
        return Err(MeterError::MultiplierTooPrecise);
    }
    let bad_limit =
        |limit: Quantity| limit <= Quantity::ZERO || limit.value().normalize().scale() > 4;
    if command.max_per_hour.is_some_and(bad_limit) {
        return Err(MeterError::MaxPerHourInvalid);
    }
    if command.installed_at > command.now {
        return Err(MeterError::DeviceDateInFuture);
    }
    check_range(
        (command.digits, command.decimals),
        command.opening_index,
        "openingIndex",
    )?;
    known_photo(meter, command.photo.as_ref())?;
    Ok(DeviceInstalled {
        hardware_no: command.hardware_no,
        digits: command.digits,
        decimals: command.decimals,
        multiplier: command.multiplier,
        max_per_hour: command.max_per_hour,
        opening_index: command.opening_index,
        installed_at: command.installed_at,
        installed_on: business_date(command.installed_at),
        photo: command.photo,
    })
}

fn report_fault(meter: &MeterState, report: FaultReported) -> Result<Vec<MeterEvent>, MeterError> {
    known_photo(meter, report.photo.as_ref())?;
    Ok(vec![MeterEvent::FaultReported(FaultReported {
        description: text(&report.description, "description", "故障描述", 500)?,
        ..report
    })])
}
