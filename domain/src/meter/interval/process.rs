use std::collections::BTreeSet;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::judge::Swept;
use super::{
    DeviceCode, IntervalDay, IntervalDayCommand, IntervalError, SweepRecorded, SweptMeter,
};
use crate::meter::{Finding, Meter};
use crate::units::{CollectorNo, Index, MeterNo, Quantity, RateIndexes, RawFrame};
use crate::validation_rules::ValidationRules;

/// How far a collector's clock may be ahead.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// What a collector has of one meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterSweep {
    pub meter_no: MeterNo,
    pub first_slot: u32,
    pub values: Vec<Option<Quantity>>,
    pub start_index: Option<Index>,
    pub end_index: Option<Index>,
    pub rates: RateIndexes,
    pub codes: BTreeSet<DeviceCode>,
    pub frame: Option<RawFrame>,
    /// When it showed the last index; none: when the sweep was made.
    #[serde(default)]
    pub read_at: Option<DateTime<Utc>>,
    /// See [`SweptMeter::reading_since`].
    #[serde(default)]
    pub reading_since: Option<DateTime<Utc>>,
}

/// Keeps what a collector swept up, with what the rules make of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSweep {
    pub collector: CollectorNo,
    pub day: NaiveDate,
    /// Now, when not given.
    pub swept_at: Option<DateTime<Utc>>,
    pub step_minutes: u32,
    pub meters: Vec<MeterSweep>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepJudged {
    pub meters: Vec<SweptFindings>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweptFindings {
    pub meter_no: MeterNo,
    pub findings: Vec<Finding>,
}

impl Process for RecordSweep {
    const NAME: &'static str = "interval_day.record_sweep";
    type Outcome = SweepJudged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<SweepJudged, Stop> {
        let swept_at = self.swept_at.unwrap_or(context.at);
        if swept_at > context.at + TOLERANCE {
            return Err(IntervalError::InFuture.into());
        }
        workspace.need::<Meter>(self.meters.iter().map(|meter| meter.meter_no.to_string()))?;
        let mut meters = Vec::with_capacity(self.meters.len());
        for sweep in &self.meters {
            meters.push(self.judged(sweep, workspace)?);
        }
        let findings = meters.iter().map(|meter| SweptFindings {
            meter_no: meter.meter_no.clone(),
            findings: meter.findings.clone(),
        });
        let judged = SweepJudged {
            meters: findings.collect(),
        };
        let command = IntervalDayCommand::RecordSweep(SweepRecorded {
            collector: self.collector.clone(),
            day: self.day,
            swept_at,
            step_minutes: self.step_minutes,
            meters,
        });
        let id = IntervalDay::id(&self.collector, self.day);
        workspace.execute::<IntervalDay>(&id, command)?;
        Ok(judged)
    }
}

impl RecordSweep {
    fn judged(&self, sweep: &MeterSweep, workspace: &mut Workspace) -> Result<SweptMeter, Stop> {
        let rules = workspace
            .get::<ValidationRules>(ValidationRules::ID)?
            .in_force(self.day);
        let before = self.day.pred_opt().unwrap_or(self.day);
        let yesterday = IntervalDay::id(&self.collector, before);
        let yesterday = workspace.get::<IntervalDay>(&yesterday)?;
        let same_step = yesterday.step_minutes() == self.step_minutes;
        let yesterday = yesterday
            .known(&sweep.meter_no)
            .filter(|_| same_step)
            .cloned();
        let today = IntervalDay::id(&self.collector, self.day);
        let today = workspace
            .get::<IntervalDay>(&today)?
            .known(&sweep.meter_no)
            .cloned();
        let meter = workspace
            .get::<Meter>(sweep.meter_no.as_str())?
            .registered()
            .map_err(|_| IntervalError::MeterUnknown(sweep.meter_no.clone()))?;
        let verdict = Swept {
            rules: &rules,
            commodity: meter.card().commodity,
            device: meter.device(),
            step_minutes: self.step_minutes,
            yesterday: yesterday.as_ref(),
            today: today.as_ref(),
            sweep,
        }
        .judge();
        Ok(SweptMeter {
            meter_no: sweep.meter_no.clone(),
            first_slot: sweep.first_slot,
            values: sweep.values.clone(),
            start_index: sweep.start_index,
            end_index: sweep.end_index,
            rates: sweep.rates.clone(),
            codes: sweep.codes.clone(),
            frame: sweep.frame.clone(),
            read_at: sweep.read_at,
            reading_since: sweep.reading_since,
            findings: verdict.findings,
            idle_minutes: verdict.idle_minutes,
            leaking: verdict.leaking,
        })
    }
}
