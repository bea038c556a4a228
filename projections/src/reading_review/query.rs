use chaobiao_decision::Actor;
use chaobiao_domain::meter::{Rule, Severity};
use chaobiao_domain::units::{CampusId, MeterNo, PhotoHash};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgExecutor;
use sqlx::types::Json;

use super::row::{COLUMNS, CORRECTION_COLUMNS};
use super::{CorrectionRow, CorrectionState, ReadingRow, ReadingState};
use crate::paging::{Page, Slice};
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// Which readings a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingFilter {
    pub status: Option<ReadingState>,
    pub campus: Option<CampusId>,
    pub meter_no: Option<MeterNo>,
    /// Only readings taken from then on.
    pub from: Option<DateTime<Utc>>,
    /// Only readings in which a rule found something, of one rule or of one severity.
    pub found: Option<Found>,
}

/// A finding as a list is filtered by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
}

/// What readings may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingOrderBy {
    ReadAt,
    SubmittedAt,
    MeterNo,
    /// What was used since the reading before; least where it is not known.
    Usage,
}

impl OrderBy for ReadingOrderBy {
    fn columns(self) -> &'static [Column] {
        const READ_AT: Column = ("r.read_at", "timestamptz");
        const ID: Column = ("r.reading_id", "text");
        match self {
            Self::ReadAt => &[READ_AT, ID],
            Self::SubmittedAt => &[("r.submitted_at", "timestamptz"), ID],
            Self::MeterNo => &[("r.meter_no", "text"), READ_AT, ID],
            Self::Usage => &[
                ("coalesce(r.usage, '-Infinity'::numeric)", "numeric"),
                READ_AT,
                ID,
            ],
        }
    }
}

/// Held readings are a queue, the oldest first; everything else is a history, the newest first; unless
/// sorted otherwise.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &ReadingFilter,
    page: &SortedPage<ReadingOrderBy>,
) -> Result<Slice<ReadingRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(match filter.status {
        Some(ReadingState::Held) => Sort::up(ReadingOrderBy::ReadAt),
        _ => Sort::down(ReadingOrderBy::ReadAt),
    });
    let rows = sqlx::query(&format!(
        "SELECT {COLUMNS}, {} FROM read_reading_review r \
         JOIN read_reading_review_meter m USING (meter_no) \
         WHERE ($1::text IS NULL OR r.status = $1) AND ($2::text IS NULL OR m.campus = $2) \
           AND ($3::text IS NULL OR r.meter_no = $3) \
           AND ($4::timestamptz IS NULL OR r.read_at >= $4) \
           AND ($5::jsonb IS NULL OR (r.findings <> '[]' AND r.findings @> $5)){}",
        sorting.key(),
        sorting.rest(6)
    ))
    .bind(filter.status.map(ReadingState::as_str))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.meter_no.as_ref().map(MeterNo::as_str))
    .bind(filter.from)
    .bind(filter.found.map(|found| Json([found])))
    .bind(page.after_values())
    .fetch_all(executor)
    .await?;
    page.read(&rows)
}

/// Which findings are told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundFilter {
    pub campus: Option<CampusId>,
    pub rule: Option<Rule>,
}

/// The readings in which a rule found something: after a place in the log the oldest of these first,
/// else the newest first.
pub async fn found(
    executor: impl PgExecutor<'_>,
    filter: &FoundFilter,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<ReadingRow>, sqlx::Error> {
    let order = if after.is_some() { "ASC" } else { "DESC" };
    let rule = filter.rule.map(|rule| Found {
        rule: Some(rule),
        severity: None,
    });
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_reading_review r \
         JOIN read_reading_review_meter m USING (meter_no) \
         WHERE r.found_at > $1 AND ($2::text IS NULL OR m.campus = $2) \
           AND ($3::jsonb IS NULL OR r.findings @> $3) \
         ORDER BY r.found_at {order} LIMIT $4"
    ))
    .bind(after.unwrap_or(-1))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(rule.map(|rule| Json([rule])))
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await
}

/// How many readings wait for review.
pub async fn held_count(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM read_reading_review r \
         JOIN read_reading_review_meter m USING (meter_no) \
         WHERE r.status = 'held' AND ($1::text IS NULL OR m.campus = $1)",
    )
    .bind(campus.map(CampusId::as_str))
    .fetch_one(executor)
    .await
}

pub async fn by_ids(
    executor: impl PgExecutor<'_>,
    ids: &[String],
) -> Result<Vec<ReadingRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_reading_review r WHERE r.reading_id = ANY($1)"
    ))
    .bind(ids)
    .fetch_all(executor)
    .await
}

/// Which corrections a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorrectionFilter {
    pub status: Option<CorrectionState>,
    pub campus: Option<CampusId>,
}

pub type CorrectionKey = (DateTime<Utc>, String);

/// Corrections in the order they were asked for.
pub async fn corrections(
    executor: impl PgExecutor<'_>,
    filter: &CorrectionFilter,
    page: &Page<CorrectionKey>,
) -> Result<Slice<CorrectionRow, CorrectionKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<CorrectionRow> = sqlx::query_as(&format!(
        "SELECT {CORRECTION_COLUMNS} FROM read_reading_review_correction k \
         WHERE ($1::text IS NULL OR k.status = $1) \
           AND ($2::timestamptz IS NULL OR (k.requested_at, k.correction_id) > ($2, $3)) \
           AND ($4::text IS NULL OR EXISTS (SELECT FROM read_reading_review_meter m \
               WHERE m.meter_no = k.meter_no AND m.campus = $4)) \
         ORDER BY k.requested_at, k.correction_id LIMIT $5"
    ))
    .bind(filter.status.map(CorrectionState::as_str))
    .bind(after.map(|key| key.0))
    .bind(after.map(|key| &key.1))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| {
        (row.requested_at, row.correction_id.to_string())
    }))
}

/// The photos that came from this actor and nobody else.
pub async fn photos_of(
    executor: impl PgExecutor<'_>,
    actor: &Actor,
) -> Result<Vec<PhotoHash>, sqlx::Error> {
    let photos: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT r.photo FROM read_reading_review r \
         WHERE r.submitted_by = $1 AND r.photo IS NOT NULL AND NOT EXISTS ( \
             SELECT FROM read_reading_review o \
             WHERE o.photo = r.photo AND o.submitted_by <> $1)",
    )
    .bind(actor.to_string())
    .fetch_all(executor)
    .await?;
    let parsed: Result<Vec<PhotoHash>, _> = photos.into_iter().map(PhotoHash::try_new).collect();
    parsed.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The readings a photo is the evidence of.
pub async fn of_photo(
    executor: impl PgExecutor<'_>,
    photo: &PhotoHash,
) -> Result<Vec<ReadingRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_reading_review r WHERE r.photo = $1"
    ))
    .bind(photo.as_str())
    .fetch_all(executor)
    .await
}
