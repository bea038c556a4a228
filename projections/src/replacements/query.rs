use chaobiao_domain::meter::RemovalReason;
use chaobiao_domain::units::{
    CampusId, Commodity, HardwareNo, Index, MeterNo, Multiplier, PhotoHash,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// One device in another's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replacement {
    pub meter_no: MeterNo,
    pub replaced_at: DateTime<Utc>,
    pub campus: CampusId,
    pub commodity: Commodity,
    pub reason: RemovalReason,
    /// Such as `staff:li`.
    pub replaced_by: String,
    pub removed_hardware_no: HardwareNo,
    pub removed_multiplier: Multiplier,
    pub closing_index: Index,
    pub installed_hardware_no: HardwareNo,
    pub installed_multiplier: Multiplier,
    pub opening_index: Index,
    pub closing_photo: Option<PhotoHash>,
    pub opening_photo: Option<PhotoHash>,
}

impl FromRow<'_, PgRow> for Replacement {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            replaced_at: row.try_get("replaced_at")?,
            campus: field(row, "campus")?,
            commodity: field(row, "commodity")?,
            reason: field(row, "reason")?,
            replaced_by: row.try_get("replaced_by")?,
            removed_hardware_no: field(row, "removed_hardware_no")?,
            removed_multiplier: field(row, "removed_multiplier")?,
            closing_index: field(row, "closing_index")?,
            installed_hardware_no: field(row, "installed_hardware_no")?,
            installed_multiplier: field(row, "installed_multiplier")?,
            opening_index: field(row, "opening_index")?,
            closing_photo: field(row, "closing_photo")?,
            opening_photo: field(row, "opening_photo")?,
        })
    }
}

/// Which replacements a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplacementFilter {
    pub campus: Option<CampusId>,
    pub meter_no: Option<MeterNo>,
    pub reason: Option<RemovalReason>,
    /// Only those after which another multiplier counts.
    pub multiplier_changed: bool,
    pub from: Option<DateTime<Utc>>,
    /// Not included.
    pub to: Option<DateTime<Utc>>,
}

pub type ReplacementKey = (DateTime<Utc>, String);

/// Replacements, the newest first.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &ReplacementFilter,
    page: &Page<ReplacementKey>,
) -> Result<Slice<Replacement, ReplacementKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<Replacement> = sqlx::query_as(
        "SELECT meter_no, replaced_at, campus, commodity, reason, replaced_by, \
             removed_hardware_no, removed_multiplier::text, closing_index::text, \
             installed_hardware_no, installed_multiplier::text, opening_index::text, \
             closing_photo, opening_photo \
         FROM read_replacements \
         WHERE ($1::text IS NULL OR campus = $1) AND ($2::text IS NULL OR meter_no = $2) \
           AND ($3::text IS NULL OR reason = $3) \
           AND (NOT $4 OR removed_multiplier <> installed_multiplier) \
           AND ($5::timestamptz IS NULL OR replaced_at >= $5) \
           AND ($6::timestamptz IS NULL OR replaced_at < $6) \
           AND ($7::timestamptz IS NULL OR (replaced_at, meter_no) < ($7, $8)) \
         ORDER BY replaced_at DESC, meter_no DESC LIMIT $9",
    )
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.meter_no.as_ref().map(MeterNo::as_str))
    .bind(filter.reason.map(RemovalReason::as_str))
    .bind(filter.multiplier_changed)
    .bind(filter.from)
    .bind(filter.to)
    .bind(after.map(|key| key.0))
    .bind(after.map(|key| &key.1))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.replaced_at, row.meter_no.to_string())))
}
