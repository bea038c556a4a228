use chaobiao_domain::meter_tree::{LossBounds, SubMeterRole};
use chaobiao_domain::units::{Commodity, MeterNo};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::field;

/// Levels of a tree that are shown.
const DEPTH_MAX: i32 = 32;

/// A meter in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    pub meter_no: MeterNo,
    /// None for the meter the tree was asked for.
    pub parent_no: Option<MeterNo>,
    pub role: Option<SubMeterRole>,
    pub depth: i32,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl FromRow<'_, PgRow> for TreeNode {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            parent_no: field(row, "parent_no")?,
            role: field(row, "role")?,
            depth: row.try_get("depth")?,
            from: row.try_get("from_on")?,
            to: row.try_get("to_on")?,
        })
    }
}

/// The tree below a meter on a day, each meter after the one above it.
pub async fn below(
    executor: impl PgExecutor<'_>,
    root: &MeterNo,
    day: NaiveDate,
    limit: i64,
) -> Result<Vec<TreeNode>, sqlx::Error> {
    sqlx::query_as(
        "WITH RECURSIVE tree AS ( \
             SELECT $1 AS meter_no, NULL::text AS parent_no, NULL::text AS role, 0 AS depth, \
                 NULL::date AS from_on, NULL::date AS to_on, ARRAY[$1] AS path \
             UNION ALL \
             SELECT l.meter_no, l.parent_no, l.role, t.depth + 1, l.from_on, l.to_on, \
                 t.path || l.meter_no \
             FROM tree t JOIN read_meter_tree l ON l.parent_no = t.meter_no \
             WHERE l.from_on <= $2 AND (l.to_on IS NULL OR l.to_on > $2) AND t.depth < $3) \
         SELECT meter_no, parent_no, role, depth, from_on, to_on FROM tree \
         ORDER BY path LIMIT $4",
    )
    .bind(root.as_str())
    .bind(day)
    .bind(DEPTH_MAX)
    .bind(limit)
    .fetch_all(executor)
    .await
}

/// The meters a meter is and was behind, the latest first.
pub async fn above(
    executor: impl PgExecutor<'_>,
    meter_no: &MeterNo,
) -> Result<Vec<TreeNode>, sqlx::Error> {
    sqlx::query_as(
        "SELECT meter_no, parent_no, role, 1 AS depth, from_on, to_on FROM read_meter_tree \
         WHERE meter_no = $1 ORDER BY sequence DESC",
    )
    .bind(meter_no.as_str())
    .fetch_all(executor)
    .await
}

/// What loss is ordinary for a commodity from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsRow {
    pub commodity: Commodity,
    pub from: NaiveDate,
    pub bounds: LossBounds,
    pub reason: String,
    pub set_by: String,
}

impl FromRow<'_, PgRow> for LimitsRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            commodity: field(row, "commodity")?,
            from: row.try_get("from_on")?,
            bounds: LossBounds {
                low: field(row, "low_percent")?,
                high: field(row, "high_percent")?,
            },
            reason: row.try_get("reason")?,
            set_by: row.try_get("set_by")?,
        })
    }
}

/// Every limit ever set, the latest first.
pub async fn limits(executor: impl PgExecutor<'_>) -> Result<Vec<LimitsRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT commodity, from_on, low_percent::text, high_percent::text, reason, set_by \
         FROM read_meter_tree_limits ORDER BY from_on DESC, commodity",
    )
    .fetch_all(executor)
    .await
}
