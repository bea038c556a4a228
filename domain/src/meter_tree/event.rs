use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::LossBounds;
use crate::units::{Commodity, MeterNo};

/// What a meter is to the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubMeterRole {
    /// 分表: somebody pays for it.
    Sub,
    /// 串接分表: its usage is taken off the master's bill, so that it can never exceed it.
    Deducted,
    /// 公共用量: corridors, lifts, pumps.
    Common,
}

impl SubMeterRole {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Deducted => "deducted",
            Self::Common => "common",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubMeterLinked {
    pub meter_no: MeterNo,
    pub parent_no: MeterNo,
    pub role: SubMeterRole,
    pub from: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubMeterUnlinked {
    pub meter_no: MeterNo,
    pub parent_no: MeterNo,
    /// The first day it is no longer behind that meter.
    pub to: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SubMeterEvent {
    Linked(SubMeterLinked),
    Unlinked(SubMeterUnlinked),
}

impl DomainEvent for SubMeterEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Linked(_) => "sub_meter.linked",
            Self::Unlinked(_) => "sub_meter.unlinked",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossLimitsSet {
    pub commodity: Commodity,
    pub from: NaiveDate,
    pub bounds: LossBounds,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LossLimitsEvent {
    BoundsSet(LossLimitsSet),
}

impl DomainEvent for LossLimitsEvent {
    fn event_type(&self) -> String {
        match self {
            Self::BoundsSet(_) => "loss_limits.bounds_set",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
