//! Readings that were put off (延迟), until they are made up for.

use chaobiao_decision::Actor;
use chaobiao_domain::meter::ReadingDelayed;
use chaobiao_domain::units::{CampusId, MeterNo, RoundId};
use chaobiao_eventstore::ProjectionError;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{field, store};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DelayRow {
    pub meter_no: MeterNo,
    pub delayed_at: DateTime<Utc>,
    pub until: NaiveDate,
    pub reason: String,
    pub round: Option<RoundId>,
    pub delayed_by: Actor,
    /// When it was read after all.
    pub read_at: Option<DateTime<Utc>>,
}

impl DelayRow {
    pub(super) fn new(
        meter_no: &str,
        delayed: ReadingDelayed,
        delayed_at: DateTime<Utc>,
    ) -> Result<Self, ProjectionError> {
        let meter_no = MeterNo::try_new(meter_no)
            .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
        Ok(Self {
            meter_no,
            delayed_at,
            until: delayed.until,
            reason: delayed.reason,
            round: delayed.round,
            delayed_by: delayed.delayed_by,
            read_at: None,
        })
    }
}

impl FromRow<'_, PgRow> for DelayRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            delayed_at: row.try_get("delayed_at")?,
            until: row.try_get("until")?,
            reason: row.try_get("reason")?,
            round: field(row, "round")?,
            delayed_by: field(row, "delayed_by")?,
            read_at: row.try_get("read_at")?,
        })
    }
}

/// The first reading after a delay makes up for it, in whatever order they are handed over.
pub(super) async fn store_all(
    connection: &mut PgConnection,
    delays: &[DelayRow],
    read: &[(String, DateTime<Utc>)],
) -> Result<(), ProjectionError> {
    let statement = "INSERT INTO read_reading_review_delay \
         SELECT * FROM jsonb_populate_recordset(NULL::read_reading_review_delay, $1) \
         ON CONFLICT (meter_no, delayed_at) DO NOTHING";
    store(connection, statement, delays).await?;
    if read.is_empty() {
        return Ok(());
    }
    let (meters, instants): (Vec<String>, Vec<DateTime<Utc>>) = read.iter().cloned().unzip();
    sqlx::query(
        "UPDATE read_reading_review_delay d SET read_at = least(d.read_at, r.read_at) \
         FROM (SELECT p.meter_no, p.delayed_at, min(n.read_at) AS read_at \
               FROM unnest($1::text[], $2::timestamptz[]) AS n(meter_no, read_at) \
               JOIN read_reading_review_delay p \
                 ON p.meter_no = n.meter_no AND p.delayed_at < n.read_at \
               GROUP BY 1, 2) r \
         WHERE d.meter_no = r.meter_no AND d.delayed_at = r.delayed_at",
    )
    .bind(meters)
    .bind(instants)
    .execute(connection)
    .await?;
    Ok(())
}

pub type DelayKey = (NaiveDate, String, DateTime<Utc>);

/// What was put off and has not been read since, the most urgent first.
pub async fn delayed(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
    page: &Page<DelayKey>,
) -> Result<Slice<DelayRow, DelayKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<DelayRow> = sqlx::query_as(
        "SELECT d.* FROM read_reading_review_delay d \
         JOIN read_reading_review_meter m USING (meter_no) \
         WHERE d.read_at IS NULL AND ($1::text IS NULL OR m.campus = $1) \
           AND ($2::date IS NULL OR (d.until, d.meter_no, d.delayed_at) > ($2, $3, $4)) \
         ORDER BY d.until, d.meter_no, d.delayed_at LIMIT $5",
    )
    .bind(campus.map(CampusId::as_str))
    .bind(after.map(|key| key.0))
    .bind(after.map(|key| &key.1))
    .bind(after.map(|key| key.2))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| {
        (row.until, row.meter_no.to_string(), row.delayed_at)
    }))
}
