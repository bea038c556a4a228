//! R43: which meters on the wall are to be verified or exchanged.

use chaobiao_domain::units::{CampusId, Commodity, EquipmentModelId, HardwareNo, MeterNo};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    pub meter_no: MeterNo,
    pub equipment_no: HardwareNo,
    pub model_id: EquipmentModelId,
    pub calibre_mm: Option<i32>,
    pub installed_on: NaiveDate,
    pub verified_on: Option<NaiveDate>,
    /// Of a meter that failed, the day it did.
    pub verify_due_on: Option<NaiveDate>,
    pub rotate_due_on: Option<NaiveDate>,
    pub due_on: NaiveDate,
}

impl FromRow<'_, PgRow> for DueRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            equipment_no: field(row, "equipment_no")?,
            model_id: field(row, "model_id")?,
            calibre_mm: row.try_get("calibre_mm")?,
            installed_on: row.try_get("installed_on")?,
            verified_on: row.try_get("verified_on")?,
            verify_due_on: row.try_get("verify_due_on")?,
            rotate_due_on: row.try_get("rotate_due_on")?,
            due_on: row.try_get("due_on")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFilter {
    /// Included.
    pub by: NaiveDate,
    pub campus: Option<CampusId>,
    pub commodity: Option<Commodity>,
    pub calibre_mm: Option<i32>,
}

pub type DueKey = (NaiveDate, String);

const DUE: &str = "WITH hung AS ( \
         SELECT c.meter_no, c.commodity, c.campus, i.equipment_no, i.model_id, m.calibre_mm, \
             (c.installed_at AT TIME ZONE 'Asia/Shanghai')::date AS installed_on, \
             i.verified_on, i.passed \
         FROM read_equipment_item i JOIN read_equipment_model m USING (model_id) \
         JOIN read_meter_card c ON c.hardware_no = i.equipment_no WHERE NOT i.retired), \
     timed AS ( \
         SELECT h.*, \
             CASE WHEN h.passed = false THEN h.verified_on \
                 ELSE (coalesce(h.verified_on, h.installed_on) \
                     + k.verify_months * interval '1 month')::date END AS verify_due_on, \
             (h.installed_on + k.rotate_months * interval '1 month')::date AS rotate_due_on \
         FROM hung h JOIN LATERAL ( \
             SELECT k.verify_months, k.rotate_months FROM read_equipment_cycle k \
             WHERE k.commodity = h.commodity AND k.from_on = ( \
                 SELECT max(f.from_on) FROM read_equipment_cycle f \
                 WHERE f.commodity = h.commodity AND f.from_on <= $1) \
               AND (k.calibre_mm_max IS NULL OR h.calibre_mm <= k.calibre_mm_max) \
             ORDER BY k.place LIMIT 1) k ON true), \
     due AS (SELECT *, least(verify_due_on, rotate_due_on) AS due_on FROM timed) \
     SELECT meter_no, equipment_no, model_id, calibre_mm, installed_on, verified_on, \
         verify_due_on, rotate_due_on, due_on FROM due \
     WHERE due_on <= $1 AND ($2::text IS NULL OR campus = $2) \
       AND ($3::text IS NULL OR commodity = $3) AND ($4::integer IS NULL OR calibre_mm = $4) \
       AND ($5::date IS NULL OR (due_on, meter_no) > ($5, $6)) \
     ORDER BY due_on, meter_no LIMIT $7";

/// Meters due by a day, the longest overdue first; by the cycles in force on that day.
pub async fn due(
    executor: impl PgExecutor<'_>,
    filter: &DueFilter,
    page: &Page<DueKey>,
) -> Result<Slice<DueRow, DueKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<DueRow> = sqlx::query_as(DUE)
        .bind(filter.by)
        .bind(filter.campus.as_ref().map(CampusId::as_str))
        .bind(filter.commodity.map(Commodity::as_str))
        .bind(filter.calibre_mm)
        .bind(after.map(|key| key.0))
        .bind(after.map(|key| &key.1))
        .bind(page.limit())
        .fetch_all(executor)
        .await?;
    Ok(page.slice(rows, |row| (row.due_on, row.meter_no.to_string())))
}
