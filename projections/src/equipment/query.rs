use chaobiao_domain::equipment::{EquipmentKind, ModelSpec, Requirement};
use chaobiao_domain::units::{CampusId, Commodity, EquipmentModelId, HardwareNo};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRow {
    pub model_id: EquipmentModelId,
    pub spec: ModelSpec,
    pub shortfalls: Vec<Requirement>,
    pub withdrawn: bool,
}

impl FromRow<'_, PgRow> for ModelRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let Json(spec) = row.try_get("spec")?;
        let Json(shortfalls) = row.try_get("shortfalls")?;
        Ok(Self {
            model_id: field(row, "model_id")?,
            spec,
            shortfalls,
            withdrawn: row.try_get("withdrawn")?,
        })
    }
}

/// Models, by their id.
pub async fn models(
    executor: impl PgExecutor<'_>,
    kind: Option<EquipmentKind>,
    page: &Page<String>,
) -> Result<Slice<ModelRow, String>, sqlx::Error> {
    let rows: Vec<ModelRow> = sqlx::query_as(
        "SELECT model_id, spec, shortfalls, withdrawn FROM read_equipment_model \
         WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR model_id > $2) \
         ORDER BY model_id LIMIT $3",
    )
    .bind(kind.map(EquipmentKind::as_str))
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.model_id.to_string()))
}

/// One piece of equipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    pub equipment_no: HardwareNo,
    pub model_id: EquipmentModelId,
    pub kind: EquipmentKind,
    pub campus: CampusId,
    pub keeper: Option<String>,
    pub acquired_on: NaiveDate,
    pub verified_on: Option<NaiveDate>,
    pub certificate_no: Option<String>,
    pub passed: Option<bool>,
    pub retired: bool,
}

impl FromRow<'_, PgRow> for ItemRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            equipment_no: field(row, "equipment_no")?,
            model_id: field(row, "model_id")?,
            kind: field(row, "kind")?,
            campus: field(row, "campus")?,
            keeper: row.try_get("keeper")?,
            acquired_on: row.try_get("acquired_on")?,
            verified_on: row.try_get("verified_on")?,
            certificate_no: row.try_get("certificate_no")?,
            passed: row.try_get("passed")?,
            retired: row.try_get("retired")?,
        })
    }
}

/// Which pieces a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemFilter {
    pub kind: Option<EquipmentKind>,
    pub model_id: Option<EquipmentModelId>,
    pub campus: Option<CampusId>,
}

/// Pieces, by their number.
pub async fn items(
    executor: impl PgExecutor<'_>,
    filter: &ItemFilter,
    page: &Page<String>,
) -> Result<Slice<ItemRow, String>, sqlx::Error> {
    let rows: Vec<ItemRow> = sqlx::query_as(
        "SELECT equipment_no, model_id, kind, campus, keeper, acquired_on, verified_on, \
             certificate_no, passed, retired FROM read_equipment_item \
         WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR model_id = $2) \
           AND ($3::text IS NULL OR campus = $3) AND ($4::text IS NULL OR equipment_no > $4) \
         ORDER BY equipment_no LIMIT $5",
    )
    .bind(filter.kind.map(EquipmentKind::as_str))
    .bind(filter.model_id.as_ref().map(EquipmentModelId::as_str))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.equipment_no.to_string()))
}

/// How long meters up to a calibre may hang, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleRow {
    pub commodity: Commodity,
    pub from: NaiveDate,
    pub calibre_mm_max: Option<i32>,
    pub verify_months: Option<i32>,
    pub rotate_months: Option<i32>,
    pub reason: String,
    pub set_by: String,
}

impl FromRow<'_, PgRow> for CycleRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            commodity: field(row, "commodity")?,
            from: row.try_get("from_on")?,
            calibre_mm_max: row.try_get("calibre_mm_max")?,
            verify_months: row.try_get("verify_months")?,
            rotate_months: row.try_get("rotate_months")?,
            reason: row.try_get("reason")?,
            set_by: row.try_get("set_by")?,
        })
    }
}

/// Every cycle ever set, the latest first.
pub async fn cycles(executor: impl PgExecutor<'_>) -> Result<Vec<CycleRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT commodity, from_on, calibre_mm_max, verify_months, rotate_months, reason, set_by \
         FROM read_equipment_cycle ORDER BY from_on DESC, commodity, place",
    )
    .fetch_all(executor)
    .await
}
