use chaobiao_domain::meter::Finding;
use chaobiao_domain::units::{Index, Quantity};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

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
