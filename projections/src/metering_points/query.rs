use std::collections::BTreeMap;

use chaobiao_domain::metering_point::{CheckedFact, Mismatch, ReadingMethod};
use chaobiao_domain::units::{
    Commodity, GeoPoint, MeterNo, PhotoHash, VerificationId, parse_decimal,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// Where somebody said a meter is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationRow {
    pub sequence: i64,
    pub point: Option<GeoPoint>,
    pub accuracy_m: Option<i64>,
    pub place: String,
    pub photo: Option<PhotoHash>,
    pub marked_at: DateTime<Utc>,
    pub marked_by: String,
}

impl FromRow<'_, PgRow> for LocationRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            sequence: row.try_get("sequence")?,
            point: point(row)?,
            accuracy_m: row.try_get("accuracy_m")?,
            place: row.try_get("place")?,
            photo: field(row, "photo")?,
            marked_at: row.try_get("marked_at")?,
            marked_by: row.try_get("marked_by")?,
        })
    }
}

fn point(row: &PgRow) -> Result<Option<GeoPoint>, sqlx::Error> {
    let degrees = |name| -> Result<Option<String>, sqlx::Error> { row.try_get(name) };
    let (Some(latitude), Some(longitude)) = (degrees("latitude")?, degrees("longitude")?) else {
        return Ok(None);
    };
    let point = parse_decimal(&latitude, "纬度")
        .and_then(|latitude| GeoPoint::try_new(latitude, parse_decimal(&longitude, "经度")?));
    Ok(Some(
        point.map_err(|error| sqlx::Error::Decode(error.into()))?,
    ))
}

/// Where meters are by their newest marks; those nobody has marked by satellite are left out.
pub async fn marked(
    executor: impl PgExecutor<'_>,
    meters: &[String],
) -> Result<BTreeMap<MeterNo, GeoPoint>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT DISTINCT ON (meter_no) meter_no, latitude::text, longitude::text \
         FROM read_metering_points_location \
         WHERE meter_no = ANY($1) AND latitude IS NOT NULL AND longitude IS NOT NULL \
         ORDER BY meter_no, marked_at DESC, sequence DESC",
    )
    .bind(meters)
    .fetch_all(executor)
    .await?;
    let mut marked = BTreeMap::new();
    for row in &rows {
        if let Some(point) = point(row)? {
            marked.insert(field(row, "meter_no")?, point);
        }
    }
    Ok(marked)
}

pub type LocationKey = (DateTime<Utc>, i64);

/// R74: the marks of a meter, the newest first.
pub async fn locations(
    executor: impl PgExecutor<'_>,
    meter_no: &MeterNo,
    page: &Page<LocationKey>,
) -> Result<Slice<LocationRow, LocationKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<LocationRow> = sqlx::query_as(
        "SELECT sequence, latitude::text, longitude::text, accuracy_m, place, photo, marked_at, \
             marked_by \
         FROM read_metering_points_location \
         WHERE meter_no = $1 \
           AND ($2::timestamptz IS NULL OR (marked_at, sequence) < ($2, $3)) \
         ORDER BY marked_at DESC, sequence DESC LIMIT $4",
    )
    .bind(meter_no.as_str())
    .bind(after.map(|key| key.0))
    .bind(after.map(|key| key.1))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.marked_at, row.sequence)))
}

/// What somebody found before a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    pub verification_id: VerificationId,
    pub meter_no: MeterNo,
    pub checked_at: DateTime<Utc>,
    pub checked_by: String,
    /// What was as it is kept.
    pub facts: Vec<CheckedFact>,
    pub mismatches: Vec<Mismatch>,
    pub note: Option<String>,
    pub photo: Option<PhotoHash>,
    pub open: bool,
    pub resolution: Option<String>,
    pub resolved_by: Option<String>,
    pub resolved_at: Option<DateTime<Utc>>,
}

impl FromRow<'_, PgRow> for CheckRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(facts) = row.try_get("facts")?;
        let Json(mismatches) = row.try_get("mismatches")?;
        Ok(Self {
            verification_id: field(row, "verification_id")?,
            meter_no: field(row, "meter_no")?,
            checked_at: row.try_get("checked_at")?,
            checked_by: row.try_get("checked_by")?,
            facts,
            mismatches,
            note: row.try_get("note")?,
            photo: field(row, "photo")?,
            open: row.try_get("open")?,
            resolution: row.try_get("resolution")?,
            resolved_by: row.try_get("resolved_by")?,
            resolved_at: row.try_get("resolved_at")?,
        })
    }
}

/// Which checks a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckFilter {
    pub meter_no: Option<MeterNo>,
    /// Only those that still wait for somebody to put things right.
    pub open: bool,
}

pub type CheckKey = (DateTime<Utc>, String);

/// R73: checks, the newest first.
pub async fn checks(
    executor: impl PgExecutor<'_>,
    filter: &CheckFilter,
    page: &Page<CheckKey>,
) -> Result<Slice<CheckRow, CheckKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<CheckRow> = sqlx::query_as(
        "SELECT verification_id, meter_no, checked_at, checked_by, facts, mismatches, note, \
             photo, open, resolution, resolved_by, resolved_at \
         FROM read_metering_points_check \
         WHERE ($1::text IS NULL OR meter_no = $1) AND (NOT $2 OR open) \
           AND ($3::timestamptz IS NULL OR (checked_at, verification_id) < ($3, $4)) \
         ORDER BY checked_at DESC, verification_id DESC LIMIT $5",
    )
    .bind(filter.meter_no.as_ref().map(MeterNo::as_str))
    .bind(filter.open)
    .bind(after.map(|key| key.0))
    .bind(after.map(|key| &key.1))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| {
        (row.checked_at, row.verification_id.to_string())
    }))
}

/// A meter's own way of being read, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodRow {
    pub from: NaiveDate,
    pub method: ReadingMethod,
    pub set_by: String,
}

impl FromRow<'_, PgRow> for MethodRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            from: row.try_get("from_on")?,
            method: field(row, "method")?,
            set_by: row.try_get("set_by")?,
        })
    }
}

/// What was set for a meter, the latest first.
pub async fn methods(
    executor: impl PgExecutor<'_>,
    meter_no: &MeterNo,
) -> Result<Vec<MethodRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT from_on, method, set_by FROM read_metering_points_method \
         WHERE meter_no = $1 ORDER BY from_on DESC",
    )
    .bind(meter_no.as_str())
    .fetch_all(executor)
    .await
}

/// The way the meters of a class are read, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassMethodRow {
    pub class: String,
    pub commodity: Commodity,
    pub from: NaiveDate,
    pub method: ReadingMethod,
    pub set_by: String,
}

impl FromRow<'_, PgRow> for ClassMethodRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            class: row.try_get("class")?,
            commodity: field(row, "commodity")?,
            from: row.try_get("from_on")?,
            method: field(row, "method")?,
            set_by: row.try_get("set_by")?,
        })
    }
}

/// What was set for classes, by class and commodity, the latest first.
pub async fn class_methods(
    executor: impl PgExecutor<'_>,
) -> Result<Vec<ClassMethodRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT class, commodity, from_on, method, set_by \
         FROM read_metering_points_class_method ORDER BY class, commodity, from_on DESC",
    )
    .fetch_all(executor)
    .await
}

/// R14: how a meter is read on a day: its own way, or that of the class the account that pays for
/// it now was of on that day.
pub async fn method_on(
    executor: impl PgExecutor<'_>,
    meter_no: &MeterNo,
    day: NaiveDate,
) -> Result<Option<ReadingMethod>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT coalesce( \
             (SELECT m.method FROM read_metering_points_method m \
              WHERE m.meter_no = $1 AND m.from_on <= $2 ORDER BY m.from_on DESC LIMIT 1), \
             (SELECT k.method FROM read_meter_card c \
              JOIN read_meter_card_account p USING (meter_no) \
              JOIN read_directory_account a ON a.account_no = p.account_no \
              JOIN read_metering_points_class_method k \
                ON k.class = coalesce( \
                    (SELECT d.class FROM read_directory_class_change d \
                     WHERE d.account_no = a.account_no AND d.from_on <= $2 \
                     ORDER BY d.from_on DESC LIMIT 1), a.first_class) \
                AND k.commodity = c.commodity \
              WHERE c.meter_no = $1 AND k.from_on <= $2 ORDER BY k.from_on DESC LIMIT 1)) AS method",
    )
    .bind(meter_no.as_str())
    .bind(day)
    .fetch_one(executor)
    .await?;
    field(&row, "method")
}
