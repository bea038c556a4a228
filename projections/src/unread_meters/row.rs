use chaobiao_decision::Actor;
use chaobiao_domain::meter::{Channel, MeterRegistered};
use chaobiao_domain::reading_round::{FieldConflict, RoundOpened};
use chaobiao_domain::units::{
    BillingMonth, BookNo, CampusId, Index, ItemId, MeterNo, PhotoHash, ReadingId, ReasonCode,
    RoundId, StaffLogin,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use crate::rows::field;

/// Whether a meter on a walk has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkState {
    Unread,
    /// Read, and the reading waits for review.
    Held,
    Read,
}

/// A round of reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoundRow {
    pub round_id: RoundId,
    pub book: BookNo,
    pub month: BillingMonth,
    pub campus: CampusId,
    pub opened_on: NaiveDate,
    pub due_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
    pub reader: Option<StaffLogin>,
}

impl From<RoundOpened> for RoundRow {
    fn from(opened: RoundOpened) -> Self {
        Self {
            round_id: opened.round_id,
            book: opened.book,
            month: opened.month,
            campus: opened.campus,
            opened_on: opened.opened_on,
            due_on: opened.due_on,
            closed_on: None,
            reader: opened.reader,
        }
    }
}

impl FromRow<'_, PgRow> for RoundRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            book: field(row, "book")?,
            month: field(row, "month")?,
            campus: field(row, "campus")?,
            opened_on: row.try_get("opened_on")?,
            due_on: row.try_get("due_on")?,
            closed_on: row.try_get("closed_on")?,
            reader: field(row, "reader")?,
        })
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct WalkRow {
    pub(super) round_id: RoundId,
    pub(super) meter_no: MeterNo,
    pub(super) position: i64,
    pub(super) state: WalkState,
    pub(super) reading_id: Option<ReadingId>,
    pub(super) reason: Option<ReasonCode>,
    pub(super) note: Option<String>,
    pub(super) recorded_on: Option<NaiveDate>,
    pub(super) recorded_by: Option<Actor>,
    pub(super) visits: i64,
    pub(super) left_note: Option<String>,
    pub(super) channel: Option<Channel>,
}

pub(super) const WALK_COLUMNS: &str = "round_id, meter_no, position, state, reading_id, reason, \
     note, recorded_on, recorded_by, visits, left_note, channel";

impl WalkRow {
    pub(super) fn new(round_id: RoundId, meter_no: MeterNo, position: i64) -> Self {
        Self {
            round_id,
            meter_no,
            position,
            state: WalkState::Unread,
            reading_id: None,
            reason: None,
            note: None,
            recorded_on: None,
            recorded_by: None,
            visits: 0,
            left_note: None,
            channel: None,
        }
    }
}

impl FromRow<'_, PgRow> for WalkRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            meter_no: field(row, "meter_no")?,
            position: row.try_get("position")?,
            state: field(row, "state")?,
            reading_id: field(row, "reading_id")?,
            reason: field(row, "reason")?,
            note: row.try_get("note")?,
            recorded_on: row.try_get("recorded_on")?,
            recorded_by: field(row, "recorded_by")?,
            visits: row.try_get("visits")?,
            left_note: row.try_get("left_note")?,
            channel: field(row, "channel")?,
        })
    }
}

/// Where a meter hangs, and who may read it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct MeterRow {
    pub(super) meter_no: MeterNo,
    pub(super) building: String,
    pub(super) room: String,
    pub(super) self_read: bool,
    pub(super) last_channel: Option<Channel>,
}

impl From<MeterRegistered> for MeterRow {
    fn from(card: MeterRegistered) -> Self {
        Self {
            meter_no: card.meter_no,
            building: card.building,
            room: card.room,
            self_read: card.self_read,
            last_channel: None,
        }
    }
}

impl FromRow<'_, PgRow> for MeterRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            building: row.try_get("building")?,
            room: row.try_get("room")?,
            self_read: row.try_get("self_read")?,
            last_channel: field(row, "last_channel")?,
        })
    }
}

/// A late reading beside the one that was there first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConflictRow {
    pub round_id: RoundId,
    pub item_id: ItemId,
    pub meter_no: MeterNo,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub photo: Option<PhotoHash>,
    pub note: Option<String>,
    pub read_by: Actor,
    pub existing: ReadingId,
    pub recorded_at: DateTime<Utc>,
    pub settled_by: Option<Actor>,
    /// The reading it became.
    pub taken_as: Option<ReadingId>,
}

impl ConflictRow {
    pub(super) fn new(
        round_id: RoundId,
        conflict: FieldConflict,
        recorded_at: DateTime<Utc>,
    ) -> Self {
        Self {
            round_id,
            item_id: conflict.item_id,
            meter_no: conflict.meter_no,
            index: conflict.index,
            read_at: conflict.read_at,
            photo: conflict.photo,
            note: conflict.note,
            read_by: conflict.read_by,
            existing: conflict.existing,
            recorded_at,
            settled_by: None,
            taken_as: None,
        }
    }
}

impl FromRow<'_, PgRow> for ConflictRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            item_id: field(row, "item_id")?,
            meter_no: field(row, "meter_no")?,
            index: field(row, "index")?,
            read_at: row.try_get("read_at")?,
            photo: field(row, "photo")?,
            note: row.try_get("note")?,
            read_by: field(row, "read_by")?,
            existing: field(row, "existing")?,
            recorded_at: row.try_get("recorded_at")?,
            settled_by: field(row, "settled_by")?,
            taken_as: field(row, "taken_as")?,
        })
    }
}
