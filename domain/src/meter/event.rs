use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::{
    Estimate, Evidence, Finding, MeterDeactivated, MeterReactivated, PhotoAnalysed, PhotoReviewed,
};
use crate::units::{
    BookNo, CampusId, Commodity, CorrectionId, FaultId, HardwareNo, ImportBatchId, Index, MeterNo,
    Multiplier, PhotoHash, Quantity, ReadingId, RoundId,
};

/// How an index reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 自助抄表
    SelfRead,
    /// 现场抄表
    Field,
    /// 掌上机
    Handheld,
    /// 远传抄表
    Remote,
    Import,
    /// 蓝牙抄表
    Bluetooth,
    /// Nobody read it: computed from what is known (估抄).
    Estimate,
}

impl Channel {
    /// Whether a person looked at the dial and so has to show it.
    pub const fn needs_photo(self) -> bool {
        matches!(self, Self::SelfRead | Self::Field)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfRead => "self_read",
            Self::Field => "field",
            Self::Handheld => "handheld",
            Self::Remote => "remote",
            Self::Import => "import",
            Self::Bluetooth => "bluetooth",
            Self::Estimate => "estimate",
        }
    }
}

/// How far an accepted reading can be trusted, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Read by staff or by a machine.
    Actual,
    /// Read by the customer.
    Customer,
    /// Corrected by two members of staff.
    Edited,
    /// Computed, until somebody reads the dial (估抄).
    Estimated,
    /// Computed, to stand as it is: the reading's state says why.
    Substituted,
    /// Taken over from the charging system.
    Migrated,
}

impl Quality {
    /// Whether the next reading may show it to be wrong.
    pub const fn is_provisional(self) -> bool {
        matches!(self, Self::Estimated)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Customer => "customer",
            Self::Edited => "edited",
            Self::Estimated => "estimated",
            Self::Substituted => "substituted",
            Self::Migrated => "migrated",
        }
    }
}

/// What became of a submitted reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingStatus {
    /// Waits for a person.
    Held,
    Accepted,
    Rejected,
}

/// Why a device came off the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovalReason {
    /// 轮换
    Rotation,
    /// 故障
    Fault,
    /// 变更容量
    CapacityChange,
    /// 拆除, with nothing in its place.
    Decommissioned,
}

impl RemovalReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rotation => "rotation",
            Self::Fault => "fault",
            Self::CapacityChange => "capacity_change",
            Self::Decommissioned => "decommissioned",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterRegistered {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub campus: CampusId,
    pub building: String,
    pub room: String,
    pub book: BookNo,
    /// The place in the walk of its book.
    pub walk_order: u32,
    /// Whether its customers may read it themselves.
    pub self_read: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInstalled {
    pub hardware_no: HardwareNo,
    /// Whole digits of the register; unknown for some old devices, which then cannot roll over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    pub decimals: u8,
    pub multiplier: Multiplier,
    /// The most the line can deliver in an hour, in the commodity's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_hour: Option<Quantity>,
    pub opening_index: Index,
    /// An instant, since a reading of the same day belongs to one device only.
    pub installed_at: DateTime<Utc>,
    pub installed_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRemoved {
    pub hardware_no: HardwareNo,
    pub closing_index: Index,
    pub removed_at: DateTime<Utc>,
    pub removed_on: NaiveDate,
    pub reason: RemovalReason,
    /// Since the last accepted reading; it becomes part of the next reading's usage.
    pub usage: Quantity,
    pub cumulative: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoSubmitted {
    pub photo: PhotoHash,
    pub bytes: u64,
    pub media_type: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingSubmitted {
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Part of the fact, because the review must be by somebody else.
    pub submitted_by: Actor,
    #[serde(flatten)]
    pub evidence: Evidence,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingAccepted {
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub read_on: NaiveDate,
    /// What it was compared with: the device's last accepted reading, or its opening.
    pub previous_index: Index,
    pub previous_at: DateTime<Utc>,
    /// Since the accepted reading before it, over every device in between.
    pub usage: Quantity,
    /// Since the metering point's first device.
    pub cumulative: Quantity,
    pub quality: Quality,
    pub findings: Vec<Finding>,
    /// Set when a person accepted what a rule had held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reapportioned: Option<Reapportioned>,
    /// How it was come by, where nobody read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The register counts down (倒装).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversed: bool,
}

/// An estimate that a reading showed to be wrong, made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingReestimated {
    pub reading_id: ReadingId,
    pub old_index: Index,
    pub new_index: Index,
    pub usage: Quantity,
    pub cumulative: Quantity,
    pub estimate: Estimate,
    /// The reading after it, where that was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reapportioned: Option<Reapportioned>,
}

/// 延迟: a reading put off, with the day by which it is to be made up for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingDelayed {
    pub until: NaiveDate,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundId>,
    pub delayed_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub reviewed_by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The reading after one that changed: it now counts from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reapportioned {
    pub reading_id: ReadingId,
    pub usage: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingHeld {
    pub reading_id: ReadingId,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub read_on: NaiveDate,
    pub previous_index: Index,
    pub previous_at: DateTime<Utc>,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingRejected {
    pub reading_id: ReadingId,
    pub reason: String,
    pub rejected_by: Actor,
}

/// A reading that never should have come in, taken back by two people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingWithdrawn {
    pub reading_id: ReadingId,
    /// The file that brought it, where the whole file is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<ImportBatchId>,
    pub reason: String,
    pub requested_by: Actor,
    pub approved_by: Actor,
    /// None for one that waited for review and never counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<WithdrawnCount>,
}

/// Where a withdrawn reading counted, and what it counted from: that is the last thing known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawnCount {
    pub read_at: DateTime<Utc>,
    /// None where the first device's opening is all there was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_reading: Option<ReadingId>,
    pub previous_index: Index,
    pub previous_at: DateTime<Utc>,
    pub previous_cumulative: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reapportioned: Option<Reapportioned>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionRequested {
    pub correction_id: CorrectionId,
    pub reading_id: ReadingId,
    pub index: Index,
    pub reason: String,
    pub requested_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingCorrected {
    pub correction_id: CorrectionId,
    pub reading_id: ReadingId,
    pub old_index: Index,
    pub new_index: Index,
    pub usage: Quantity,
    pub cumulative: Quantity,
    /// By how much the corrected reading's own cumulative usage changed.
    pub cumulative_shift: Quantity,
    /// By how much every later one changed: zero, unless a rollover came or went.
    pub later_shift: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reapportioned: Option<Reapportioned>,
    pub requested_by: Actor,
    pub approved_by: Actor,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultReported {
    pub fault_id: FaultId,
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    pub reported_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MeterEvent {
    Registered(MeterRegistered),
    DeviceInstalled(DeviceInstalled),
    DeviceRemoved(DeviceRemoved),
    PhotoSubmitted(PhotoSubmitted),
    ReadingSubmitted(ReadingSubmitted),
    ReadingAccepted(ReadingAccepted),
    ReadingHeld(ReadingHeld),
    ReadingRejected(ReadingRejected),
    CorrectionRequested(CorrectionRequested),
    ReadingCorrected(ReadingCorrected),
    FaultReported(FaultReported),
    ReadingReestimated(ReadingReestimated),
    ReadingDelayed(ReadingDelayed),
    Deactivated(MeterDeactivated),
    Reactivated(MeterReactivated),
    ReadingWithdrawn(ReadingWithdrawn),
    PhotoAnalysed(PhotoAnalysed),
    PhotoReviewed(PhotoReviewed),
}

impl DomainEvent for MeterEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Registered(_) => "meter.registered",
            Self::DeviceInstalled(_) => "meter.device_installed",
            Self::DeviceRemoved(_) => "meter.device_removed",
            Self::PhotoSubmitted(_) => "meter.photo_submitted",
            Self::ReadingSubmitted(_) => "meter.reading_submitted",
            Self::ReadingAccepted(_) => "meter.reading_accepted",
            Self::ReadingHeld(_) => "meter.reading_held",
            Self::ReadingRejected(_) => "meter.reading_rejected",
            Self::CorrectionRequested(_) => "meter.correction_requested",
            Self::ReadingCorrected(_) => "meter.reading_corrected",
            Self::FaultReported(_) => "meter.fault_reported",
            Self::ReadingReestimated(_) => "meter.reading_reestimated",
            Self::ReadingDelayed(_) => "meter.reading_delayed",
            Self::Deactivated(_) => "meter.deactivated",
            Self::Reactivated(_) => "meter.reactivated",
            Self::ReadingWithdrawn(_) => "meter.reading_withdrawn",
            Self::PhotoAnalysed(_) => "meter.photo_analysed",
            Self::PhotoReviewed(_) => "meter.photo_reviewed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
