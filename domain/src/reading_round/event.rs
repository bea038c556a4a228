use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{
    BillingMonth, BookNo, CampusId, Index, ItemId, MeterNo, PhotoHash, RateIndexes, ReadingId,
    ReasonCode, RoundId, StaffLogin,
};

/// Why a meter on the walk was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadReason {
    /// 门锁
    DoorLocked,
    /// 水淹
    Flooded,
    /// 无人
    NoOneHome,
    /// 表坏
    MeterBroken,
    /// 其他
    Other,
}

impl UnreadReason {
    pub const ALL: [Self; 5] = [
        Self::DoorLocked,
        Self::Flooded,
        Self::NoOneHome,
        Self::MeterBroken,
        Self::Other,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DoorLocked => "door_locked",
            Self::Flooded => "flooded",
            Self::NoOneHome => "no_one_home",
            Self::MeterBroken => "meter_broken",
            Self::Other => "other",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundOpened {
    pub round_id: RoundId,
    pub book: BookNo,
    pub month: BillingMonth,
    pub campus: CampusId,
    /// In the order of the walk.
    pub meters: Vec<MeterNo>,
    pub opened_on: NaiveDate,
    pub due_on: NaiveDate,
    /// Who walks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<StaffLogin>,
}

/// Somebody else walks the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundAssigned {
    pub reader: StaffLogin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub assigned_on: NaiveDate,
    pub assigned_by: Actor,
}

/// Somebody stood before a meter, or before the door it is behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRecorded {
    pub meter_no: MeterNo,
    pub visited_at: DateTime<Utc>,
    pub visited_by: Actor,
    /// Why nothing could be read.
    pub reason: ReasonCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// 联系便条: what was left at the door, its number or its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_note: Option<String>,
}

/// A reading that came in late from a device, when the meter had another one in the round already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    pub item_id: ItemId,
    pub meter_no: MeterNo,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// 分时示数
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
    pub read_by: Actor,
    /// The reading that was there first.
    pub existing: ReadingId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSettled {
    pub item_id: ItemId,
    /// Set when the late reading was taken in after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_as: Option<ReadingId>,
    pub settled_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadReasonRecorded {
    pub meter_no: MeterNo,
    pub reason: UnreadReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub recorded_on: NaiveDate,
    pub recorded_by: Actor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundClosed {
    pub closed_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReadingRoundEvent {
    Opened(RoundOpened),
    UnreadReasonRecorded(UnreadReasonRecorded),
    Assigned(RoundAssigned),
    /// All its meters in another order.
    Reordered {
        meters: Vec<MeterNo>,
    },
    VisitRecorded(VisitRecorded),
    ConflictRecorded(FieldConflict),
    ConflictSettled(ConflictSettled),
    Closed(RoundClosed),
}

impl DomainEvent for ReadingRoundEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "round.opened",
            Self::UnreadReasonRecorded(_) => "round.unread_reason_recorded",
            Self::Assigned(_) => "round.assigned",
            Self::Reordered { .. } => "round.reordered",
            Self::VisitRecorded(_) => "round.visit_recorded",
            Self::ConflictRecorded(_) => "round.conflict_recorded",
            Self::ConflictSettled(_) => "round.conflict_settled",
            Self::Closed(_) => "round.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
