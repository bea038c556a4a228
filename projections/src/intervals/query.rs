use chaobiao_domain::meter::{Finding, Rule};
use chaobiao_domain::units::{CampusId, Index, Quantity};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::reading_review::query::Found;
use crate::rows::field;

/// The intervals of a meter in one day, as far as they have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntervalsRow {
    pub meter_no: String,
    pub day: NaiveDate,
    pub collector_no: String,
    pub step_minutes: i32,
    /// What the register moved by; none where nothing is known.
    pub moved: Vec<Option<Quantity>>,
    pub last_index: Option<Index>,
    pub last_at: Option<DateTime<Utc>>,
    pub findings: Vec<Finding>,
}

impl FromRow<'_, PgRow> for IntervalsRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let moved: Vec<Option<String>> = row.try_get("moved")?;
        let quantity = |text: Option<String>| {
            text.map(|text| text.parse())
                .transpose()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))
        };
        let Json(findings) = row.try_get("findings")?;
        Ok(Self {
            meter_no: row.try_get("meter_no")?,
            day: row.try_get("day")?,
            collector_no: row.try_get("collector_no")?,
            step_minutes: row.try_get("step_minutes")?,
            moved: moved
                .into_iter()
                .map(quantity)
                .collect::<Result<_, sqlx::Error>>()?,
            last_index: field(row, "last_index")?,
            last_at: row.try_get("last_at")?,
            findings,
        })
    }
}

/// The days of a meter from one to before another, in order.
pub async fn of_meter(
    executor: impl PgExecutor<'_>,
    meter_no: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<IntervalsRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT meter_no, day, collector_no, step_minutes, moved::text[] AS moved, \
         last_index::text, last_at, findings FROM read_intervals \
         WHERE meter_no = $1 AND day >= $2 AND day < $3 ORDER BY day, collector_no",
    )
    .bind(meter_no)
    .bind(from)
    .bind(to)
    .fetch_all(executor)
    .await
}

/// Which findings a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundFilter {
    pub campus: Option<CampusId>,
    /// Only what this rule found.
    pub rule: Option<Rule>,
}

/// By day, the latest first.
pub type FoundKey = (NaiveDate, String, String);

/// The days of meters in which the rules found something.
pub async fn found(
    executor: impl PgExecutor<'_>,
    filter: &FoundFilter,
    page: &Page<FoundKey>,
) -> Result<Slice<IntervalsRow, FoundKey>, sqlx::Error> {
    let rule = filter.rule.map(|rule| {
        Json([Found {
            rule: Some(rule),
            severity: None,
        }])
    });
    let (day, meter_no, collector_no) = match page.after.clone() {
        Some((day, meter_no, collector_no)) => (Some(day), Some(meter_no), Some(collector_no)),
        None => (None, None, None),
    };
    let rows = sqlx::query_as(
        "SELECT i.meter_no, i.day, i.collector_no, i.step_minutes, i.moved::text[] AS moved, \
         i.last_index::text, i.last_at, i.findings FROM read_intervals i \
         WHERE i.findings <> '[]' AND ($1::jsonb IS NULL OR i.findings @> $1) \
         AND ($2::text IS NULL OR EXISTS (SELECT FROM read_meter_card c \
             WHERE c.meter_no = i.meter_no AND c.campus = $2)) \
         AND ($3::date IS NULL OR (i.day, i.meter_no, i.collector_no) < ($3, $4, $5)) \
         ORDER BY i.day DESC, i.meter_no DESC, i.collector_no DESC LIMIT $6",
    )
    .bind(rule)
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(day)
    .bind(meter_no)
    .bind(collector_no)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &IntervalsRow| {
        (row.day, row.meter_no.clone(), row.collector_no.clone())
    }))
}
