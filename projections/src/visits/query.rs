use chaobiao_decision::Actor;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgPool};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;

/// An appointment as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct VisitRow {
    pub appointment_id: String,
    pub kind: String,
    pub campus: String,
    pub place: String,
    pub note: Option<String>,
    pub account_no: Option<String>,
    pub wished_on: Option<NaiveDate>,
    pub requested_by: String,
    pub has_contact: bool,
    pub requested_at: DateTime<Utc>,
    /// `requested`, `scheduled`, `confirmed`, `finished` or `cancelled`.
    pub state: String,
    pub staff: Option<String>,
    pub slot_from: Option<DateTime<Utc>>,
    pub slot_to: Option<DateTime<Utc>>,
    pub result: Option<String>,
    pub reason: Option<String>,
    pub planned_at: DateTime<Utc>,
}

impl VisitRow {
    /// Where the phone to call is kept.
    pub fn phone(&self) -> Option<PersonalAt> {
        self.has_contact.then(|| PersonalAt {
            aggregate_type: "appointment",
            aggregate_id: self.appointment_id.clone(),
            sequence: 1,
            places: &["/contact/phone"],
        })
    }
}

/// A slot of somebody who makes visits.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SlotRow {
    pub slot_id: String,
    pub campus: String,
    pub staff: String,
    pub slot_from: DateTime<Utc>,
    pub slot_to: DateTime<Utc>,
    pub appointment_id: Option<String>,
}

/// Staff see visits by time.
pub type VisitKey = (DateTime<Utc>, String);

/// Who asked sees theirs by time of asking, the newest first.
pub type RequesterKey = (DateTime<Utc>, String);

/// Slots by time.
pub type SlotKey = (DateTime<Utc>, String);

/// Which appointments are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitFilter {
    pub states: Vec<String>,
    pub campus: Option<String>,
    pub staff: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// Which slots are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotFilter {
    pub campus: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub free_only: bool,
}

const COLUMNS: &str = "appointment_id, kind, campus, place, note, account_no, wished_on, \
     requested_by, has_contact, requested_at, state, staff, slot_from, slot_to, result, reason, \
     planned_at";

/// Appointments by the time of the visit, or of the request as long as there is none.
pub async fn visits(
    pool: &PgPool,
    filter: &VisitFilter,
    page: &Page<VisitKey>,
) -> Result<Slice<VisitRow, VisitKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_visits \
         WHERE (cardinality($1::text[]) = 0 OR state = ANY($1)) \
         AND ($2::text IS NULL OR campus = $2) AND ($3::text IS NULL OR staff = $3) \
         AND ($4::timestamptz IS NULL OR planned_at >= $4) \
         AND ($5::timestamptz IS NULL OR planned_at < $5) \
         AND ($6::timestamptz IS NULL OR (planned_at, appointment_id) > ($6, $7)) \
         ORDER BY planned_at, appointment_id LIMIT $8"
    ))
    .bind(&filter.states)
    .bind(&filter.campus)
    .bind(&filter.staff)
    .bind(filter.from)
    .bind(filter.to)
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &VisitRow| {
        (row.planned_at, row.appointment_id.clone())
    }))
}

/// What somebody has asked for, the newest first.
pub async fn requested_by(
    pool: &PgPool,
    requester: &Actor,
    page: &Page<RequesterKey>,
) -> Result<Slice<VisitRow, RequesterKey>, sqlx::Error> {
    let (before, before_id) = page.after.clone().unzip();
    let rows = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_visits WHERE requested_by = $1 \
         AND ($2::timestamptz IS NULL OR (requested_at, appointment_id) < ($2, $3)) \
         ORDER BY requested_at DESC, appointment_id DESC LIMIT $4"
    ))
    .bind(requester.to_string())
    .bind(before)
    .bind(before_id)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &VisitRow| {
        (row.requested_at, row.appointment_id.clone())
    }))
}

pub async fn by_id(pool: &PgPool, id: &str) -> Result<Option<VisitRow>, sqlx::Error> {
    let rows = by_ids(pool, &[id.to_owned()]).await?;
    Ok(rows.into_iter().next())
}

pub async fn by_ids(pool: &PgPool, ids: &[String]) -> Result<Vec<VisitRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_visits WHERE appointment_id = ANY($1)"
    ))
    .bind(ids)
    .fetch_all(pool)
    .await
}

/// Slots of a campus by time.
pub async fn slots(
    pool: &PgPool,
    filter: &SlotFilter,
    page: &Page<SlotKey>,
) -> Result<Slice<SlotRow, SlotKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows = sqlx::query_as(
        "SELECT slot_id, campus, staff, slot_from, slot_to, appointment_id FROM read_visits_slot \
         WHERE campus = $1 AND slot_from >= $2 AND slot_from < $3 \
         AND (NOT $4 OR appointment_id IS NULL) \
         AND ($5::timestamptz IS NULL OR (slot_from, slot_id) > ($5, $6)) \
         ORDER BY slot_from, slot_id LIMIT $7",
    )
    .bind(&filter.campus)
    .bind(filter.from)
    .bind(filter.to)
    .bind(filter.free_only)
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &SlotRow| (row.slot_from, row.slot_id.clone())))
}
