use chaobiao_decision::Actor;
use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::units::{BookNo, CampusId, MeterNo, RoundId, StaffLogin};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookOpened {
    pub book: BookNo,
    pub name: String,
    pub campus: CampusId,
    /// In the order of the walk.
    pub meters: Vec<MeterNo>,
    pub schedule: Schedule,
    /// When its first round starts.
    pub next_on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<StaffLogin>,
    pub opened_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleSet {
    pub schedule: Schedule,
    /// When the next round starts by it.
    pub next_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderAssigned {
    pub reader: StaffLogin,
    pub from: NaiveDate,
}

/// Somebody else reads the book for some days, the last one included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubstituteNamed {
    pub reader: StaffLogin,
    pub from: NaiveDate,
    pub until: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A walk of the book began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundStarted {
    pub round_id: RoundId,
    pub starts_on: NaiveDate,
    pub next_on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReadingBookEvent {
    Opened(BookOpened),
    /// Meters came in or went; all of them, in the order of the walk.
    MetersSet {
        meters: Vec<MeterNo>,
    },
    /// The same meters in another order.
    Ordered {
        meters: Vec<MeterNo>,
        ordered_by: Actor,
    },
    ScheduleSet(ScheduleSet),
    ReaderAssigned(ReaderAssigned),
    SubstituteNamed(SubstituteNamed),
    RoundStarted(RoundStarted),
    Closed {
        closed_on: NaiveDate,
    },
}

impl DomainEvent for ReadingBookEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened(_) => "reading_book.opened",
            Self::MetersSet { .. } => "reading_book.meters_set",
            Self::Ordered { .. } => "reading_book.ordered",
            Self::ScheduleSet(_) => "reading_book.schedule_set",
            Self::ReaderAssigned(_) => "reading_book.reader_assigned",
            Self::SubstituteNamed(_) => "reading_book.substitute_named",
            Self::RoundStarted(_) => "reading_book.round_started",
            Self::Closed { .. } => "reading_book.closed",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0.0".to_owned()
    }
}
