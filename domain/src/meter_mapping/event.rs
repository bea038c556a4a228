use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{ExternalMeterNo, MeterNo};

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// 掌上机
    Handheld,
    /// 远传与能耗平台
    Platform,
}

impl NumberKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handheld => "handheld",
            Self::Platform => "platform",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Handheld => "掌机表号",
            Self::Platform => "平台表号",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberLinked {
    pub kind: NumberKind,
    pub number: ExternalMeterNo,
    pub meter_no: MeterNo,
    /// The first day it means this meter.
    pub from: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberUnlinked {
    pub kind: NumberKind,
    pub number: ExternalMeterNo,
    pub meter_no: MeterNo,
    /// The first day it no longer means this meter.
    pub to: NaiveDate,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MeterMappingEvent {
    Linked(NumberLinked),
    Unlinked(NumberUnlinked),
}

impl DomainEvent for MeterMappingEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Linked(_) => "meter_mapping.linked",
            Self::Unlinked(_) => "meter_mapping.unlinked",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
