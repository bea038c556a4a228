//! Intervals of remote meters, as collectors sweep them up.

use std::collections::BTreeSet;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::interval::{self, MeterSweep, RecordSweep, SweepJudged, SweptFindings};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CollectorNo, Index, MeterNo, Quantity, RawFrame};
use chrono::{DateTime, Utc};

use super::Finding;
use super::rates::{RateInput, rate_indexes};
use crate::support::{Date, Decimal, UserError, field, may, run};

/// What a remote meter reports of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "interval::DeviceCode")]
pub(super) enum DeviceCode {
    /// 持续漏水
    Leak,
    /// 爆管
    Burst,
    /// 空管
    Dry,
    /// 倒流
    Reverse,
    /// 拆动
    Tamper,
}

#[derive(InputObject)]
pub(super) struct MeterSweepInput {
    meter_no: String,
    /// The place of the first value in the day, from 0.
    #[graphql(default)]
    first_slot: u32,
    /// What the register moved by in each interval; null where there was no answer.
    values: Vec<Option<Decimal>>,
    /// The register before the first interval and after the last.
    start_index: Option<Decimal>,
    end_index: Option<Decimal>,
    /// The registers of a time-of-use meter after the last interval.
    #[graphql(default)]
    rates: Vec<RateInput>,
    #[graphql(default)]
    codes: Vec<DeviceCode>,
    /// What the meter answered, in hexadecimal.
    raw_frame: Option<String>,
}

impl MeterSweepInput {
    fn sweep(self) -> std::result::Result<MeterSweep, Rejection> {
        let quantity = |value: Option<Decimal>| {
            let value = value.map(|value| Quantity::try_new(value.0)).transpose();
            field("values", value)
        };
        let index = |name: &str, value: Option<Decimal>| {
            field(name, value.map(|value| Index::try_new(value.0)).transpose())
        };
        let frame = self.raw_frame.map(RawFrame::try_new).transpose();
        Ok(MeterSweep {
            meter_no: field("meterNo", MeterNo::try_new(&self.meter_no))?,
            first_slot: self.first_slot,
            values: self
                .values
                .into_iter()
                .map(quantity)
                .collect::<std::result::Result<_, _>>()?,
            start_index: index("startIndex", self.start_index)?,
            end_index: index("endIndex", self.end_index)?,
            rates: rate_indexes(&self.rates)?,
            codes: self
                .codes
                .into_iter()
                .map(Into::into)
                .collect::<BTreeSet<_>>(),
            frame: field("rawFrame", frame)?,
            read_at: None,
            reading_since: None,
        })
    }
}

#[derive(InputObject)]
pub(super) struct RecordIntervalsInput {
    idempotency_key: String,
    collector_no: String,
    /// The day the intervals belong to, in Shanghai.
    day: Date,
    /// Now, when not given.
    swept_at: Option<DateTime<Utc>>,
    step_minutes: u32,
    #[graphql(validator(max_items = 500))]
    meters: Vec<MeterSweepInput>,
}

/// What the rules found in a meter's intervals.
#[derive(SimpleObject)]
pub(super) struct MeterIntervals {
    meter_no: String,
    findings: Vec<Finding>,
}

impl From<SweptFindings> for MeterIntervals {
    fn from(swept: SweptFindings) -> Self {
        Self {
            meter_no: swept.meter_no.to_string(),
            findings: swept.findings.into_iter().map(Finding::from).collect(),
        }
    }
}

#[derive(SimpleObject)]
pub(super) struct RecordIntervalsPayload {
    meters: Vec<MeterIntervals>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(Default)]
pub struct IntervalMutation;

#[Object]
impl IntervalMutation {
    /// Takes what a collector swept up of its meters, all of it or nothing, and says what the rules
    /// make of it. The same again changes nothing.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn record_intervals(
        &self,
        ctx: &Context<'_>,
        input: RecordIntervalsInput,
    ) -> Result<RecordIntervalsPayload> {
        let process = || {
            let meters = input.meters.into_iter().map(MeterSweepInput::sweep);
            Ok(RecordSweep {
                collector: field("collectorNo", CollectorNo::try_new(&input.collector_no))?,
                day: input.day.0,
                swept_at: input.swept_at,
                step_minutes: input.step_minutes,
                meters: meters.collect::<std::result::Result<_, Rejection>>()?,
            })
        };
        let ran = run(ctx, "recordIntervals", &input.idempotency_key, process()).await?;
        let meters = ran.outcome.map(|judged: SweepJudged| judged.meters);
        let meters = meters.unwrap_or_default().into_iter();
        Ok(RecordIntervalsPayload {
            meters: meters.map(MeterIntervals::from).collect(),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
