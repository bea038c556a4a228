use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, CampusId, CollectionRoundId, PaymentId, StaffLogin};

/// What came of standing before a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitOutcome {
    /// 已收
    Paid,
    /// 无人
    NobodyHome,
    /// 拒缴
    Refused,
    /// 约定日期
    Promised,
    /// 已搬走
    MovedAway,
    /// 其他
    Other,
}

impl VisitOutcome {
    pub const ALL: [Self; 6] = [
        Self::Paid,
        Self::NobodyHome,
        Self::Refused,
        Self::Promised,
        Self::MovedAway,
        Self::Other,
    ];

    /// The name used in events and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::NobodyHome => "nobody_home",
            Self::Refused => "refused",
            Self::Promised => "promised",
            Self::MovedAway => "moved_away",
            Self::Other => "other",
        }
    }

    /// Reads [`VisitOutcome::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundPlanned {
    pub round_id: CollectionRoundId,
    pub campus: CampusId,
    /// The business day it goes on.
    pub day: NaiveDate,
    /// Who goes, and takes the money.
    pub cashier: StaffLogin,
    pub accounts: Vec<AccountNo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub planned_by: Actor,
    pub planned_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountVisited {
    pub account_no: AccountNo,
    pub outcome: VisitOutcome,
    /// The payment that was made, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// By when the money was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_on: Option<NaiveDate>,
    /// 联系便条: what was left at the door, its number or its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub visited_by: Actor,
    pub visited_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundFinished {
    /// Why some were not visited; wanted wherever that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub finished_by: Actor,
    pub finished_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundCancelled {
    pub reason: String,
    pub cancelled_by: Actor,
    pub cancelled_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CollectionRoundEvent {
    Planned(RoundPlanned),
    AccountVisited(AccountVisited),
    Finished(RoundFinished),
    Cancelled(RoundCancelled),
}

impl DomainEvent for CollectionRoundEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Planned(_) => "collection_round.planned",
            Self::AccountVisited(_) => "collection_round.account_visited",
            Self::Finished(_) => "collection_round.finished",
            Self::Cancelled(_) => "collection_round.cancelled",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
