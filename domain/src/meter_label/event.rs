use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::LabelSize;
use crate::units::{LabelBatchId, MeterNo};

/// What a label has been through when it is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanCondition {
    /// As it was put up.
    Fresh,
    /// 防水
    AfterWater,
    /// 防油
    AfterOil,
    /// 耐高温
    AfterHeat,
    /// As it hangs, some time later.
    InService,
}

impl ScanCondition {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::AfterWater => "after_water",
            Self::AfterOil => "after_oil",
            Self::AfterHeat => "after_heat",
            Self::InService => "in_service",
        }
    }
}

/// Why a label gives way to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelReplacement {
    /// 破损
    Damaged,
    /// 丢失
    Lost,
    /// 无法扫描
    Unreadable,
    /// 贴错
    Misplaced,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelGenerated {
    pub meter_no: MeterNo,
    /// Counts the labels this meter has had.
    pub serial: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelPrinted {
    pub serial: u32,
    pub batch: LabelBatchId,
    /// The size it was printed in, whatever the template says later.
    pub size: LabelSize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelReplaced {
    /// Of the label that takes the place.
    pub serial: u32,
    pub reason: LabelReplacement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelScanVerified {
    pub serial: u32,
    pub condition: ScanCondition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelScanFailed {
    pub serial: u32,
    pub condition: ScanCondition,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MeterLabelEvent {
    Generated(LabelGenerated),
    Printed(LabelPrinted),
    Replaced(LabelReplaced),
    ScanVerified(LabelScanVerified),
    ScanFailed(LabelScanFailed),
}

impl DomainEvent for MeterLabelEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Generated(_) => "meter_label.generated",
            Self::Printed(_) => "meter_label.printed",
            Self::Replaced(_) => "meter_label.replaced",
            Self::ScanVerified(_) => "meter_label.scan_verified",
            Self::ScanFailed(_) => "meter_label.scan_failed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
