use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Position;
use crate::units::{PhotoHash, VerificationId};

/// By which way a meter is meant to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingMethod {
    /// 自助抄表
    SelfRead,
    /// 现场抄表
    Field,
    /// 掌上机
    Handheld,
    /// 蓝牙抄表
    Bluetooth,
    /// 远传抄表
    Remote,
}

impl ReadingMethod {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfRead => "self_read",
            Self::Field => "field",
            Self::Handheld => "handheld",
            Self::Bluetooth => "bluetooth",
            Self::Remote => "remote",
        }
    }
}

/// What is looked at when a meter is verified on site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckedFact {
    HardwareNo,
    Multiplier,
    Digits,
    Decimals,
    Building,
    Room,
    /// Seal, glass, surroundings: nothing of it is kept, so whatever is found is amiss.
    Condition,
}

impl CheckedFact {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardwareNo => "hardware_no",
            Self::Multiplier => "multiplier",
            Self::Digits => "digits",
            Self::Decimals => "decimals",
            Self::Building => "building",
            Self::Room => "room",
            Self::Condition => "condition",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingMethodSet {
    pub method: ReadingMethod,
    pub from: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationMarked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    pub place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    pub marked_at: DateTime<Utc>,
    pub marked_by: Actor,
}

/// All that was looked at is as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointVerified {
    pub verification_id: VerificationId,
    pub facts: Vec<CheckedFact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    pub verified_at: DateTime<Utc>,
    pub verified_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    pub fact: CheckedFact,
    /// As it was kept at that moment; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    pub found: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchReported {
    pub verification_id: VerificationId,
    pub mismatches: Vec<Mismatch>,
    /// What was looked at besides and is as it is kept.
    pub facts: Vec<CheckedFact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub photo: PhotoHash,
    pub reported_at: DateTime<Utc>,
    pub reported_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchResolved {
    pub verification_id: VerificationId,
    /// What was done about it.
    pub resolution: String,
    pub resolved_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MeteringPointEvent {
    ReadingMethodSet(ReadingMethodSet),
    LocationMarked(LocationMarked),
    Verified(PointVerified),
    MismatchReported(MismatchReported),
    MismatchResolved(MismatchResolved),
}

impl DomainEvent for MeteringPointEvent {
    fn event_type(&self) -> String {
        match self {
            Self::ReadingMethodSet(_) => "metering_point.reading_method_set",
            Self::LocationMarked(_) => "metering_point.location_marked",
            Self::Verified(_) => "metering_point.verified",
            Self::MismatchReported(_) => "metering_point.mismatch_reported",
            Self::MismatchResolved(_) => "metering_point.mismatch_resolved",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
