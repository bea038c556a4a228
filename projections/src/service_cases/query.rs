use chaobiao_decision::Actor;
use chaobiao_domain::service::rules::ServiceRuleSet;
use chaobiao_domain::units::{CaseId, PhotoHash};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// A case as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CaseRow {
    pub case_id: String,
    pub kind: String,
    pub topic: Option<String>,
    pub campus: String,
    pub place: String,
    pub description: String,
    pub photos: Vec<String>,
    pub account_no: Option<String>,
    pub meter_no: Option<String>,
    pub concerned: Option<String>,
    pub reported_by: String,
    pub has_contact: bool,
    pub filed_at: DateTime<Utc>,
    /// `open`, `assigned`, `resolved` or `closed`.
    pub state: String,
    pub assignee: Option<String>,
    pub due_at: DateTime<Utc>,
    pub due_provisional: bool,
    /// `wall_clock` or `office_hours`.
    pub reply_mode: String,
    pub reply_minutes: i32,
    pub planned_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub warned_at: Option<DateTime<Utc>>,
    pub missed_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub stars: Option<i16>,
    pub rating_comment: Option<String>,
}

impl CaseRow {
    /// Where the reporter's phone is kept.
    pub fn phone(&self) -> Option<PersonalAt> {
        self.has_contact.then(|| self.at(&["/contact/phone"]))
    }

    /// Where the reporter's name is kept, if it was given.
    pub fn name(&self) -> Option<PersonalAt> {
        self.has_contact.then(|| self.at(&["/contact/name"]))
    }

    fn at(&self, places: &'static [&'static str]) -> PersonalAt {
        PersonalAt {
            aggregate_type: "service_case",
            aggregate_id: self.case_id.clone(),
            sequence: 1,
            places,
        }
    }
}

/// One line of a case's story.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StepRow {
    pub case_id: String,
    pub sequence: i64,
    pub kind: String,
    pub at: DateTime<Utc>,
    pub by: String,
    pub note: Option<String>,
    pub colleague: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
}

/// What cases may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseOrderBy {
    /// As staff work them off.
    DueAt,
    FiledAt,
    Kind,
    Place,
    Assignee,
    Status,
}

impl OrderBy for CaseOrderBy {
    fn columns(self) -> &'static [Column] {
        const DUE_AT: Column = ("due_at", "timestamptz");
        const ID: Column = ("case_id", "text");
        match self {
            Self::DueAt => &[DUE_AT, ID],
            Self::FiledAt => &[("filed_at", "timestamptz"), ID],
            Self::Kind => &[("kind", "text"), DUE_AT, ID],
            Self::Place => &[("campus", "text"), ("place", "text"), DUE_AT, ID],
            Self::Assignee => &[("coalesce(assignee, '')", "text"), DUE_AT, ID],
            // From the one nobody has taken up to the one that is over.
            Self::Status => &[
                (
                    "coalesce(array_position(ARRAY['open', 'assigned', 'resolved', 'closed'], \
                     state), 0)",
                    "integer",
                ),
                DUE_AT,
                ID,
            ],
        }
    }
}

/// Reporters see theirs by time, the newest first.
pub type ReporterKey = (DateTime<Utc>, String);

/// Which cases are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    pub states: Vec<String>,
    pub kind: Option<String>,
    pub campus: Option<String>,
    pub assignee: Option<String>,
    /// Only what still waits for its first answer.
    pub waiting: bool,
    /// Only what should have been answered by then.
    pub due_before: Option<DateTime<Utc>>,
    /// Complaints about this member of staff are left out (R65).
    pub not_about: String,
}

const COLUMNS: &str = "case_id, kind, topic, campus, place, description, photos, account_no, \
     meter_no, concerned, reported_by, has_contact, filed_at, state, assignee, due_at, \
     due_provisional, reply_mode, reply_minutes, planned_at, answered_at, warned_at, missed_at, \
     ended_at, stars, rating_comment";

/// Cases, by deadline unless sorted otherwise.
pub async fn cases(
    pool: &PgPool,
    filter: &CaseFilter,
    page: &SortedPage<CaseOrderBy>,
) -> Result<Slice<CaseRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::up(CaseOrderBy::DueAt));
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS}, {} FROM read_service_cases \
         WHERE (cardinality($1::text[]) = 0 OR state = ANY($1)) \
         AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR campus = $3) \
         AND ($4::text IS NULL OR assignee = $4) \
         AND (NOT $5 OR (answered_at IS NULL AND state IN ('open', 'assigned'))) \
         AND ($6::timestamptz IS NULL OR due_at < $6) AND concerned IS DISTINCT FROM $7{}",
        sorting.key(),
        sorting.rest(8)
    ))
    .bind(&filter.states)
    .bind(&filter.kind)
    .bind(&filter.campus)
    .bind(&filter.assignee)
    .bind(filter.waiting)
    .bind(filter.due_before)
    .bind(&filter.not_about)
    .bind(page.after_values())
    .fetch_all(pool)
    .await?;
    page.read(&rows)
}

/// What somebody has filed, the newest first.
pub async fn reported_by(
    pool: &PgPool,
    reporter: &Actor,
    page: &Page<ReporterKey>,
) -> Result<Slice<CaseRow, ReporterKey>, sqlx::Error> {
    let (before, before_id) = page.after.clone().unzip();
    let rows = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_service_cases WHERE reported_by = $1 \
         AND ($2::timestamptz IS NULL OR (filed_at, case_id) < ($2, $3)) \
         ORDER BY filed_at DESC, case_id DESC LIMIT $4"
    ))
    .bind(reporter.to_string())
    .bind(before)
    .bind(before_id)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &CaseRow| (row.filed_at, row.case_id.clone())))
}

pub async fn by_id(pool: &PgPool, case_id: &str) -> Result<Option<CaseRow>, sqlx::Error> {
    let rows = by_ids(pool, &[case_id.to_owned()]).await?;
    Ok(rows.into_iter().next())
}

pub async fn by_ids(pool: &PgPool, case_ids: &[String]) -> Result<Vec<CaseRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_service_cases WHERE case_id = ANY($1)"
    ))
    .bind(case_ids)
    .fetch_all(pool)
    .await
}

/// The stories of cases, each in order.
pub async fn steps(pool: &PgPool, case_ids: &[String]) -> Result<Vec<StepRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT case_id, sequence, kind, at, by, note, colleague, due_at \
         FROM read_service_cases_step WHERE case_id = ANY($1) ORDER BY case_id, sequence",
    )
    .bind(case_ids)
    .fetch_all(pool)
    .await
}

/// The cases that wait for their first answer.
pub async fn waiting(pool: &PgPool) -> Result<Vec<CaseId>, sqlx::Error> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT case_id FROM read_service_cases \
         WHERE answered_at IS NULL AND state IN ('open', 'assigned') ORDER BY case_id",
    )
    .fetch_all(pool)
    .await?;
    let ids: Result<Vec<CaseId>, _> = ids.into_iter().map(CaseId::try_new).collect();
    ids.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// How the answers stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct CaseBoard {
    /// Not answered yet.
    pub waiting: i64,
    /// Of these, warned of.
    pub warned: i64,
    /// Of these, past their deadline.
    pub overdue: i64,
    /// Filed since then and answered in time.
    pub in_time: i64,
    /// Filed since then and answered late, or not answered and late.
    pub late: i64,
}

/// The board of a campus, or of all, with what was filed since a moment.
pub async fn board(
    pool: &PgPool,
    campus: Option<&str>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<CaseBoard, sqlx::Error> {
    sqlx::query_as(
        "SELECT count(*) FILTER (WHERE waits) AS waiting, \
         count(*) FILTER (WHERE waits AND warned_at IS NOT NULL) AS warned, \
         count(*) FILTER (WHERE waits AND due_at <= $3) AS overdue, \
         count(*) FILTER (WHERE filed_at >= $2 AND answered_at <= due_at) AS in_time, \
         count(*) FILTER (WHERE filed_at >= $2 AND (answered_at > due_at \
             OR waits AND due_at <= $3)) AS late \
         FROM (SELECT *, answered_at IS NULL AND state IN ('open', 'assigned') AS waits \
               FROM read_service_cases WHERE $1::text IS NULL OR campus = $1) c",
    )
    .bind(campus)
    .bind(since)
    .bind(now)
    .fetch_one(pool)
    .await
}

/// Photos only this reporter has filed, and nobody has read a meter by.
pub async fn photos_of(pool: &PgPool, reporter: &Actor) -> Result<Vec<PhotoHash>, sqlx::Error> {
    let photos: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT c_photo FROM read_service_cases c, unnest(c.photos) AS c_photo \
         WHERE c.reported_by = $1 AND NOT EXISTS ( \
             SELECT FROM read_service_cases o \
             WHERE o.photos @> ARRAY[c_photo] AND o.reported_by <> $1) \
         AND NOT EXISTS (SELECT FROM read_reading_review r WHERE r.photo = c_photo)",
    )
    .bind(reporter.to_string())
    .fetch_all(pool)
    .await?;
    let photos: Result<Vec<PhotoHash>, _> = photos.into_iter().map(PhotoHash::try_new).collect();
    photos.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Whether a case of this reporter shows the photo.
pub async fn shows_photo(
    pool: &PgPool,
    reporter: &Actor,
    photo: &PhotoHash,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM read_service_cases \
         WHERE reported_by = $1 AND photos @> ARRAY[$2::text])",
    )
    .bind(reporter.to_string())
    .bind(photo.as_str())
    .fetch_one(pool)
    .await
}

/// A published version of the rules.
#[derive(Clone, Debug, FromRow)]
pub struct RulesRow {
    pub version: i32,
    pub effective_from: NaiveDate,
    pub published_at: DateTime<Utc>,
    pub published_by: String,
    pub rules: Json<ServiceRuleSet>,
}

/// All versions of the rules, the newest first.
pub async fn rules(pool: &PgPool) -> Result<Vec<RulesRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT version, effective_from, published_at, published_by, rules \
         FROM read_service_cases_rules ORDER BY version DESC",
    )
    .fetch_all(pool)
    .await
}
