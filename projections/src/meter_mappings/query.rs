use chaobiao_domain::units::{MeterNo, normalise_digits};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingKind {
    /// Stamped on the device that hung there.
    Hardware,
    Handheld,
    Platform,
}

impl MappingKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hardware => "hardware",
            Self::Handheld => "handheld",
            Self::Platform => "platform",
        }
    }
}

/// One number that means a meter for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MappingRow {
    pub kind: MappingKind,
    pub number: String,
    pub meter_no: MeterNo,
    pub sequence: i64,
    #[serde(rename = "from_on")]
    pub from: NaiveDate,
    /// Not included; none while it still means the meter.
    #[serde(rename = "to_on")]
    pub to: Option<NaiveDate>,
    /// Such as `staff:li`.
    pub linked_by: String,
    /// Why it was taken away.
    pub reason: Option<String>,
}

impl FromRow<'_, PgRow> for MappingRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kind: field(row, "kind")?,
            number: row.try_get("number")?,
            meter_no: field(row, "meter_no")?,
            sequence: row.try_get("sequence")?,
            from: row.try_get("from_on")?,
            to: row.try_get("to_on")?,
            linked_by: row.try_get("linked_by")?,
            reason: row.try_get("reason")?,
        })
    }
}

/// Which mappings a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappingFilter {
    pub meter_no: Option<MeterNo>,
    pub number: Option<String>,
    pub kind: Option<MappingKind>,
    /// Only those that hold on a day.
    pub on: Option<NaiveDate>,
}

/// Lists go by meter, kind and time.
pub type MappingKey = (String, String, NaiveDate, String, i64);

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &MappingFilter,
    page: &Page<MappingKey>,
) -> Result<Slice<MappingRow, MappingKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<MappingRow> = sqlx::query_as(
        "SELECT kind, number, meter_no, sequence, from_on, to_on, linked_by, reason \
         FROM read_meter_mappings \
         WHERE ($1::text IS NULL OR meter_no = $1) AND ($2::text IS NULL OR number = $2) \
           AND ($3::text IS NULL OR kind = $3) \
           AND ($4::date IS NULL OR (from_on <= $4 AND (to_on IS NULL OR to_on > $4))) \
           AND ($5::text IS NULL OR (meter_no, kind, from_on, number, sequence) > ($5, $6, $7, $8, $9)) \
         ORDER BY meter_no, kind, from_on, number, sequence LIMIT $10",
    )
    .bind(filter.meter_no.as_ref().map(MeterNo::as_str))
    .bind(filter.number.as_deref().map(normalise_digits))
    .bind(filter.kind.map(MappingKind::as_str))
    .bind(filter.on)
    .bind(after.map(|key| &key.0))
    .bind(after.map(|key| &key.1))
    .bind(after.map(|key| key.2))
    .bind(after.map(|key| &key.3))
    .bind(after.map(|key| key.4))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| {
        (
            row.meter_no.to_string(),
            row.kind.as_str().to_owned(),
            row.from,
            row.number.clone(),
            row.sequence,
        )
    }))
}
