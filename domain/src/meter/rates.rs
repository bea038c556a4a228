//! 尖峰平谷: what the registers of a time-of-use meter counted, by the readings that say what they
//! showed.
//!
//! Each register counts by itself, like the total. A reading without registers tells nothing of them:
//! what was used up to it is told apart by the next reading that has them. Devices count from nought;
//! one that was not new when it was put up counts from its first reading that has its registers. What
//! a device counted after its last such reading is told apart by nobody.

use chrono::{DateTime, Utc};

use super::check::{self, evaluate};
use super::command::SubmitReading;
use super::installation::Installation;
use super::timeline::Timeline;
use super::{AcceptedReading, Finding, Meter, MeterError, MeterState, Rule};
use crate::units::{Index, RateIndexes, RateQuantities, ReadingId};

impl Meter {
    /// What the registers had counted since the first device, at a reading that counts.
    pub fn rates_at(&self, reading: &ReadingId) -> Result<RateQuantities, MeterError> {
        match self {
            Self::Absent => Ok(RateQuantities::default()),
            Self::Registered(meter) => {
                let reading = meter.timeline.reading(reading);
                let until = reading.map(|reading| reading.read_at);
                until.map_or(Ok(RateQuantities::default()), |until| {
                    counted(&meter.timeline, until)
                })
            }
        }
    }
}

/// The readings of a device that say what its registers showed, in the order of time.
fn read<'a>(
    timeline: &'a Timeline,
    installation: &'a Installation,
) -> impl DoubleEndedIterator<Item = &'a AcceptedReading> {
    let readings = timeline.readings().iter();
    readings.filter(|it| !it.rates.is_empty() && installation.covers(it.read_at))
}

fn counted(timeline: &Timeline, until: DateTime<Utc>) -> Result<RateQuantities, MeterError> {
    let mut counted = RateQuantities::default();
    for installation in &timeline.installations {
        let mut before = opened(installation);
        for reading in read(timeline, installation).take_while(|it| it.read_at <= until) {
            if let Some(before) = &before {
                for (register, index) in &reading.rates {
                    let from = before.get(register).copied().unwrap_or(Index::ZERO);
                    let usage = installation.register_moved(from, *index)?;
                    let sum = counted.plus(*register, usage);
                    counted = sum.ok_or(MeterError::UsageOutOfRange)?;
                }
            }
            before = Some(reading.rates.clone());
        }
    }
    Ok(counted)
}

/// What the registers showed when the device was put up, where that is known.
fn opened(installation: &Installation) -> Option<RateIndexes> {
    (installation.opened.index == Index::ZERO).then(RateIndexes::default)
}

/// V16 and V17 over a reading.
pub(super) fn judge(meter: &MeterState, command: &SubmitReading) -> Vec<Finding> {
    let rates = &command.evidence.rates;
    let Some(installation) = meter.timeline.installation_at(command.read_at) else {
        return Vec::new();
    };
    if rates.is_empty() {
        return Vec::new();
    }
    let found =
        |rule, figures: check::Figures| evaluate(rule, command.rules.version, figures.into());
    if let Some(siblings) = found(Rule::V16, check::siblings(rates)) {
        return vec![siblings];
    }
    let mut figures = check::sum_of_rates(command.index, rates, installation.device.decimals);
    let mut before = read(&meter.timeline, installation).rev();
    let last = before.find(|it| it.read_at < command.read_at);
    // Where the total has started again, so may a register have.
    if let Some(last) = last.filter(|last| last.index <= command.index) {
        let back = rates.iter().find(|(register, index)| {
            let before = last.rates.get(register);
            before.is_some_and(|before| index.since(*before).is_negative())
        });
        figures = figures.with_some("back", back.map(|(register, _)| register.as_str()));
    }
    found(Rule::V17, figures).into_iter().collect()
}
