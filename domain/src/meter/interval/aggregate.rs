use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::{IntervalDayEvent, IntervalError, MINUTES, SweepRecorded, SweptMeter};
use crate::units::{CollectorNo, Index, MeterNo, Quantity};

/// What a collector has swept up in a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntervalDay {
    step_minutes: u32,
    meters: BTreeMap<MeterNo, Known>,
}

/// The intervals of a meter, as far as they have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) values: Vec<Option<Quantity>>,
    pub(super) idle_minutes: u32,
    pub(super) leaking: bool,
    #[serde(default)]
    pub(super) shown: Option<Shown>,
}

/// The last index a meter showed in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// How many intervals of the day were over.
    pub place: u32,
    pub index: Index,
    pub at: DateTime<Utc>,
}

/// A sweep whose meters have been judged; it is recorded or refused as one.
#[derive(Clone, Debug)]
pub enum IntervalDayCommand {
    RecordSweep(SweepRecorded),
}

impl IntervalDay {
    pub fn id(collector: &CollectorNo, day: NaiveDate) -> String {
        format!("{collector}/{day}")
    }

    pub(super) const fn step_minutes(&self) -> u32 {
        self.step_minutes
    }

    pub(super) fn known(&self, meter_no: &MeterNo) -> Option<&Known> {
        self.meters.get(meter_no)
    }

    /// What a meter showed last.
    pub fn shown(&self, meter_no: &MeterNo) -> Option<Shown> {
        self.known(meter_no).and_then(|known| known.shown)
    }

    /// Whether all of it has come before.
    fn has(&self, sweep: &SweepRecorded) -> bool {
        sweep.meters.iter().all(|meter| {
            let came = shown(meter, sweep.swept_at);
            self.known(&meter.meter_no).is_some_and(|known| {
                let is_older = |came: Shown, last: Shown| {
                    came.at <= last.at || (meter.read_at.is_none() && came.place <= last.place)
                };
                let came_before = match (came, known.shown) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(came), Some(last)) => is_older(came, last),
                };
                came_before
                    && slots(meter).all(|(slot, value)| {
                        value.is_none() || known.values.get(slot).copied().flatten() == value
                    })
            })
        })
    }
}

/// The values with their places in the day.
fn slots(meter: &SweptMeter) -> impl Iterator<Item = (usize, Option<Quantity>)> {
    let first = usize::try_from(meter.first_slot).unwrap_or(usize::MAX);
    (first..).zip(meter.values.iter().copied())
}

/// What a meter showed at the end of a sweep.
fn shown(meter: &SweptMeter, swept_at: DateTime<Utc>) -> Option<Shown> {
    let intervals = u32::try_from(meter.values.len()).ok()?;
    Some(Shown {
        place: meter.first_slot.checked_add(intervals)?,
        index: meter.end_index?,
        at: meter.read_at.unwrap_or(swept_at),
    })
}

fn record(
    day: &IntervalDay,
    sweep: SweepRecorded,
) -> Result<Option<IntervalDayEvent>, IntervalError> {
    let step = sweep.step_minutes;
    if step == 0 || !MINUTES.is_multiple_of(step) {
        return Err(IntervalError::StepDoesNotDivide);
    }
    if day.step_minutes != 0 && day.step_minutes != step {
        return Err(IntervalError::StepChanged {
            known: day.step_minutes,
        });
    }
    if sweep.meters.is_empty() {
        return Err(IntervalError::NoMeters);
    }
    let slots_of_day = usize::try_from(MINUTES / step).unwrap_or(0);
    let mut seen = BTreeSet::new();
    for meter in &sweep.meters {
        let meter_no = || meter.meter_no.clone();
        if !seen.insert(&meter.meter_no) {
            return Err(IntervalError::MeterTwice(meter_no()));
        }
        for (slot, value) in slots(meter) {
            let before = day.known(&meter.meter_no);
            let before = before.and_then(|known| known.values.get(slot).copied().flatten());
            if slot >= slots_of_day {
                return Err(IntervalError::BeyondTheDay(meter_no()));
            }
            match (before, value) {
                (_, Some(value)) if value.is_negative() => {
                    return Err(IntervalError::Negative(meter_no()));
                }
                (Some(before), Some(value)) if before != value => {
                    return Err(IntervalError::Conflict(meter_no()));
                }
                _ => {}
            }
        }
    }
    Ok((!day.has(&sweep)).then_some(IntervalDayEvent::SweepRecorded(sweep)))
}

impl Aggregate for IntervalDay {
    const TYPE: &'static str = "interval_day";
    type Command = IntervalDayCommand;
    type Event = IntervalDayEvent;
    type Error = IntervalError;
    type Services = ();

    async fn handle(
        &mut self,
        command: IntervalDayCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), IntervalError> {
        let IntervalDayCommand::RecordSweep(sweep) = command;
        if let Some(event) = record(self, sweep)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: IntervalDayEvent) {
        let IntervalDayEvent::SweepRecorded(sweep) = event;
        self.step_minutes = sweep.step_minutes;
        for meter in sweep.meters {
            let shown = shown(&meter, sweep.swept_at);
            let known = self.meters.entry(meter.meter_no.clone()).or_default();
            if shown.is_some_and(|shown| known.shown.is_none_or(|known| known.at < shown.at)) {
                known.shown = shown;
            }
            for (slot, value) in slots(&meter) {
                if known.values.len() <= slot {
                    known.values.resize(slot + 1, None);
                }
                if let Some(place) = known.values.get_mut(slot)
                    && value.is_some()
                {
                    *place = value;
                }
            }
            known.idle_minutes = meter.idle_minutes;
            known.leaking = meter.leaking;
        }
    }
}
