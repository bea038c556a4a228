use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::meter::Finding;
use crate::units::{CollectorNo, Index, MeterNo, Quantity, RateIndexes, RawFrame};

/// What a remote meter reports of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceCode {
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

impl DeviceCode {
    /// The kind of a V25 finding.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Leak => "leak_code",
            Self::Burst => "burst_code",
            Self::Dry => "dry",
            Self::Reverse => "reverse",
            Self::Tamper => "tamper",
        }
    }
}

/// One round of a collector over its meters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepRecorded {
    pub collector: CollectorNo,
    pub day: NaiveDate,
    pub swept_at: DateTime<Utc>,
    pub step_minutes: u32,
    pub meters: Vec<SweptMeter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweptMeter {
    pub meter_no: MeterNo,
    /// The place of the first value in the day.
    pub first_slot: u32,
    /// What the register moved by in each interval; none where the collector got no answer.
    pub values: Vec<Option<Quantity>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_index: Option<Index>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_index: Option<Index>,
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub codes: BTreeSet<DeviceCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<RawFrame>,
    /// When it showed the last index, where that is known more closely than for the whole sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<DateTime<Utc>>,
    /// The last index is to become a reading that is billed by, if there is none since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading_since: Option<DateTime<Utc>>,
    pub findings: Vec<Finding>,
    /// For how long nothing at all has been used, up to the last value.
    pub idle_minutes: u32,
    /// Whether water has been flowing without a pause.
    pub leaking: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum IntervalDayEvent {
    SweepRecorded(SweepRecorded),
}

impl DomainEvent for IntervalDayEvent {
    fn event_type(&self) -> String {
        match self {
            Self::SweepRecorded(_) => "interval_day.sweep_recorded",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
