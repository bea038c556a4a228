use chaobiao_domain::meter::PhotoVerdict;
use chaobiao_domain::units::{CampusId, MeterNo, PhotoHash};
use sqlx::PgExecutor;

use super::CheckRow;
use super::row::COLUMNS;
use crate::paging::{Page, Slice};

/// Which checks a list shows; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckFilter {
    /// Only those somebody should look at.
    pub open: bool,
    pub verdict: Option<PhotoVerdict>,
    pub campus: Option<CampusId>,
    pub meter_no: Option<MeterNo>,
}

/// Lists go by risk, the highest first.
pub type CheckKey = (i32, String);

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &CheckFilter,
    page: &Page<CheckKey>,
) -> Result<Slice<CheckRow, CheckKey>, sqlx::Error> {
    let (risk, id) = page.after.clone().unzip();
    let rows: Vec<CheckRow> = sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_photo_checks c \
         JOIN read_photo_checks_meter m USING (meter_no) \
         WHERE (NOT $1 OR c.risk > 0) AND ($2::text IS NULL OR c.verdict = $2) \
           AND ($3::text IS NULL OR m.campus = $3) AND ($4::text IS NULL OR c.meter_no = $4) \
           AND ($5::int IS NULL OR (-c.risk, c.reading_id) > (-($5::int), $6)) \
         ORDER BY c.risk DESC, c.reading_id LIMIT $7"
    ))
    .bind(filter.open)
    .bind(filter.verdict.map(PhotoVerdict::as_str))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.meter_no.as_ref().map(MeterNo::as_str))
    .bind(risk)
    .bind(id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.risk, row.reading_id.to_string())))
}

pub async fn by_ids(
    executor: impl PgExecutor<'_>,
    ids: &[String],
) -> Result<Vec<CheckRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_photo_checks c WHERE c.reading_id = ANY($1)"
    ))
    .bind(ids)
    .fetch_all(executor)
    .await
}

/// Earlier checks that may be of the same shot: of the same file, or alike within so many bits; and
/// what is known of the meter's own photos.
pub async fn alike(
    executor: impl PgExecutor<'_>,
    photo: &PhotoHash,
    fingerprint: &str,
    bits: i32,
    meter_no: &MeterNo,
) -> Result<Vec<CheckRow>, sqlx::Error> {
    const SHOTS_MAX: i64 = 200;
    sqlx::query_as(&format!(
        "SELECT {COLUMNS} FROM read_photo_checks c \
         WHERE c.standing <> 'gone' AND (c.photo = $1 OR c.meter_no = $4 \
           OR CASE WHEN length(c.looks) = length(('x' || $2)::varbit) \
                   THEN bit_count(c.looks # ('x' || $2)::varbit) <= $3 ELSE false END) \
         ORDER BY c.photo = $1 DESC, c.meter_no = $4 DESC, c.analysed_at DESC LIMIT $5"
    ))
    .bind(photo.as_str())
    .bind(fingerprint)
    .bind(bits)
    .bind(meter_no.as_str())
    .bind(SHOTS_MAX)
    .fetch_all(executor)
    .await
}

/// How many wait for somebody to look.
pub async fn open_count(
    executor: impl PgExecutor<'_>,
    campus: Option<&CampusId>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM read_photo_checks c \
         JOIN read_photo_checks_meter m USING (meter_no) \
         WHERE c.risk > 0 AND ($1::text IS NULL OR m.campus = $1)",
    )
    .bind(campus.map(CampusId::as_str))
    .fetch_one(executor)
    .await
}
