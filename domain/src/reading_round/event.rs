use chaobiao_decision::Actor;
use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{BillingMonth, BookNo, CampusId, MeterNo, RoundId};

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
    Closed(RoundClosed),
}

impl DomainEvent for ReadingRoundEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "round.opened",
            Self::UnreadReasonRecorded(_) => "round.unread_reason_recorded",
            Self::Closed(_) => "round.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
