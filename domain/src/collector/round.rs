use std::collections::{BTreeMap, BTreeSet};

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _, Utc};
use serde::{Deserialize, Serialize};

use super::process::require_system;
use super::reading::is_read_since;
use super::{BillingReadings, Collector, CollectorError};
use crate::meter::Meter;
use crate::meter::interval::{IntervalDay, MeterSweep, RecordSweep, Shown, SweptFindings};
use crate::units::{
    CollectorNo, DeviceAddress, Index, MeterNo, Quantity, RawFrame, business_date, business_time,
    start_of_business_day,
};

/// How far the gateway's clock may be ahead of the command's.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
const MINUTES_OF_A_DAY: u32 = 1_440;

/// What came of asking one meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub address: DeviceAddress,
    /// By the gateway's clock; the meter's own is often wrong.
    pub at: DateTime<Utc>,
    /// None: asked, and not had.
    pub index: Option<Index>,
    pub frame: Option<RawFrame>,
}

/// A round of a collector over its meters: their intervals are kept, and where one is due, an index
/// is marked to become a reading that is billed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeRound {
    pub collector_no: CollectorNo,
    pub ended_at: DateTime<Utc>,
    pub heard: Vec<Heard>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTaken {
    pub meters: Vec<SweptFindings>,
    /// Addresses no meter here has (any more).
    pub strangers: Vec<DeviceAddress>,
}

/// The end of an interval: in Shanghai's day, and how many intervals of it are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    day: NaiveDate,
    /// From 1 to as many as a day has.
    place: u32,
}

impl Mark {
    /// The last end of an interval before an instant. Midnight ends the day before.
    fn before(at: DateTime<Utc>, step: u32) -> Self {
        let local = business_time(at);
        let place = (local.hour() * 60 + local.minute()) / step;
        match (place, local.date().pred_opt()) {
            (0, Some(yesterday)) => Self {
                day: yesterday,
                place: MINUTES_OF_A_DAY / step,
            },
            _ => Self {
                day: local.date(),
                place,
            },
        }
    }

    fn instant(self, step: u32) -> DateTime<Utc> {
        start_of_business_day(self.day) + TimeDelta::minutes(i64::from(self.place * step))
    }

    /// Whether an index read then tells what the register showed at that end: within a third of an
    /// interval after it.
    fn is_told(self, at: DateTime<Utc>, step: u32) -> bool {
        at - self.instant(step) < TimeDelta::seconds(i64::from(step) * 20)
    }
}

impl TakeRound {
    /// What a meter's register moved by since the mark before, if both marks were met.
    fn moved(
        &self,
        heard: &Heard,
        meter_no: &MeterNo,
        mark: Mark,
        step: u32,
        workspace: &mut Workspace,
    ) -> Result<MeterSweep, Stop> {
        let mut sweep = MeterSweep {
            meter_no: meter_no.clone(),
            first_slot: mark.place - 1,
            values: vec![None],
            start_index: None,
            end_index: heard.index,
            rates: BTreeMap::new(),
            codes: BTreeSet::new(),
            frame: heard.frame.clone(),
            read_at: heard.index.is_some().then_some(heard.at),
            reading_since: None,
        };
        let today = self.shown(meter_no, mark.day, workspace)?;
        if today.is_some_and(|shown| shown.place >= mark.place) {
            // Once more within one interval: an index, and no interval.
            sweep.first_slot = mark.place;
            sweep.values = Vec::new();
            return Ok(sweep);
        }
        let last = match (mark.place, mark.day.pred_opt()) {
            (1, Some(yesterday)) => {
                let shown = self.shown(meter_no, yesterday, workspace)?;
                shown
                    .filter(|shown| shown.place == MINUTES_OF_A_DAY / step)
                    .map(|shown| {
                        let place = shown.place;
                        (
                            Mark {
                                day: yesterday,
                                place,
                            },
                            shown,
                        )
                    })
            }
            (place, _) => today.filter(|shown| shown.place + 1 == place).map(|shown| {
                (
                    Mark {
                        day: mark.day,
                        place: shown.place,
                    },
                    shown,
                )
            }),
        };
        let (Some((before, shown)), Some(index)) = (last, heard.index) else {
            return Ok(sweep);
        };
        let told = mark.is_told(heard.at, step) && before.is_told(shown.at, step);
        let moved: Quantity = index.since(shown.index);
        // A register that rolled over or was exchanged tells no interval.
        if told && !moved.is_negative() {
            sweep.values = vec![Some(moved)];
            sweep.start_index = Some(shown.index);
        }
        Ok(sweep)
    }

    fn shown(
        &self,
        meter_no: &MeterNo,
        day: NaiveDate,
        workspace: &mut Workspace,
    ) -> Result<Option<Shown>, Stop> {
        let id = IntervalDay::id(&self.collector_no, day);
        Ok(workspace.get::<IntervalDay>(&id)?.shown(meter_no))
    }
}

/// From when on a reading counts as the one that is due, if one is.
fn due_since(readings: BillingReadings, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = business_date(at);
    let day = match readings {
        BillingReadings::Day => Some(today),
        BillingReadings::Month { day } if today.day() >= day => today.with_day(day),
        BillingReadings::Month { day } => {
            let last_month = today.with_day(1).and_then(|first| first.pred_opt());
            last_month.and_then(|last| last.with_day(day))
        }
    };
    day.map(start_of_business_day)
}

impl Process for TakeRound {
    const NAME: &'static str = "collector.take_round";
    type Outcome = RoundTaken;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RoundTaken, Stop> {
        require_system(context)?;
        if self.ended_at > context.at + TOLERANCE {
            return Err(CollectorError::InFuture.into());
        }
        let collector = workspace.get::<Collector>(self.collector_no.as_str())?;
        let collector = collector.registered(&self.collector_no)?;
        let (step, readings) = (
            collector.sweeping.every_minutes,
            collector.sweeping.readings,
        );
        let mut strangers = Vec::new();
        let mut heard = Vec::new();
        for one in &self.heard {
            match collector.at(&one.address) {
                Some(meter) => heard.push((meter.meter_no.clone(), one)),
                None => strangers.push(one.address.clone()),
            }
        }
        if heard.is_empty() {
            return Err(CollectorError::NothingHeard.into());
        }
        workspace.need::<Meter>(heard.iter().map(|(meter_no, _)| meter_no.to_string()))?;
        let mut days: BTreeMap<NaiveDate, BTreeMap<MeterNo, MeterSweep>> = BTreeMap::new();
        for (meter_no, one) in heard {
            let mark = Mark::before(one.at, step);
            let mut sweep = self.moved(one, &meter_no, mark, step, workspace)?;
            if one.index.is_some()
                && let Some(since) = due_since(readings, one.at)
            {
                let meter = workspace.get::<Meter>(meter_no.as_str())?;
                sweep.reading_since = (!is_read_since(meter, since)).then_some(since);
            }
            days.entry(mark.day).or_default().insert(meter_no, sweep);
        }
        let mut meters = Vec::new();
        for (day, sweeps) in days {
            let record = RecordSweep {
                collector: self.collector_no.clone(),
                day,
                swept_at: Some(self.ended_at),
                step_minutes: step,
                meters: sweeps.into_values().collect(),
            };
            meters.extend(record.decide(context, workspace)?.meters);
        }
        Ok(RoundTaken { meters, strangers })
    }
}
