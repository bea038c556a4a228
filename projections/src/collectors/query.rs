use chaobiao_domain::units::Index;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// A collector as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CollectorRow {
    pub collector_no: String,
    pub campus: String,
    pub place: String,
    pub every_minutes: i32,
    pub retries: i32,
    /// None: of every day.
    pub billing_day: Option<i32>,
    pub linked: bool,
    pub peer: Option<String>,
    pub link_changed_at: Option<DateTime<Utc>>,
    pub lost_for: Option<String>,
    pub last_round_at: Option<DateTime<Utc>>,
    pub answered: Option<i32>,
    pub asked: Option<i32>,
    pub retired: bool,
    pub meters: i64,
}

/// A meter behind a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedMeterRow {
    pub meter_no: String,
    pub collector_no: String,
    pub address: String,
    pub protocol: Option<String>,
    pub switchable: bool,
    pub last_index: Option<Index>,
    pub last_heard: Option<DateTime<Utc>>,
    pub silent: i32,
}

impl FromRow<'_, PgRow> for CollectedMeterRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: row.try_get("meter_no")?,
            collector_no: row.try_get("collector_no")?,
            address: row.try_get("address")?,
            protocol: row.try_get("protocol")?,
            switchable: row.try_get("switchable")?,
            last_index: field(row, "last_index")?,
            last_heard: row.try_get("last_heard")?,
            silent: row.try_get("silent")?,
        })
    }
}

/// What was strange behind a collector.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OddityRow {
    pub leaf_index: i64,
    pub collector_no: String,
    pub meter_no: Option<String>,
    pub oddity: String,
    pub detail: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, Default)]
pub struct CollectorFilter {
    pub campus: Option<String>,
    pub linked: Option<bool>,
    pub retired: bool,
}

const COLLECTORS: &str = "SELECT c.*, (SELECT count(*) FROM read_collectors_meters m \
     WHERE m.collector_no = c.collector_no) AS meters FROM read_collectors c";

const METERS: &str = "SELECT meter_no, collector_no, address, protocol, switchable, \
     last_index::text, last_heard, silent FROM read_collectors_meters";

/// By number.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &CollectorFilter,
    page: &Page<String>,
) -> Result<Slice<CollectorRow, String>, sqlx::Error> {
    let rows: Vec<CollectorRow> = sqlx::query_as(&format!(
        "{COLLECTORS} WHERE ($1::text IS NULL OR campus = $1) \
         AND ($2::boolean IS NULL OR linked = $2) AND (retired = $3) \
         AND ($4::text IS NULL OR collector_no > $4) ORDER BY collector_no LIMIT $5"
    ))
    .bind(filter.campus.as_ref())
    .bind(filter.linked)
    .bind(filter.retired)
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.collector_no.clone()))
}

pub async fn by_no(
    executor: impl PgExecutor<'_>,
    collector_no: &str,
) -> Result<Option<CollectorRow>, sqlx::Error> {
    sqlx::query_as(&format!("{COLLECTORS} WHERE collector_no = $1"))
        .bind(collector_no)
        .fetch_optional(executor)
        .await
}

/// The meters behind one collector, by number.
pub async fn meters(
    executor: impl PgExecutor<'_>,
    collector_no: &str,
) -> Result<Vec<CollectedMeterRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "{METERS} WHERE collector_no = $1 ORDER BY meter_no"
    ))
    .bind(collector_no)
    .fetch_all(executor)
    .await
}

pub async fn meter(
    executor: impl PgExecutor<'_>,
    meter_no: &str,
) -> Result<Option<CollectedMeterRow>, sqlx::Error> {
    sqlx::query_as(&format!("{METERS} WHERE meter_no = $1"))
        .bind(meter_no)
        .fetch_optional(executor)
        .await
}

/// What was strange behind one collector, the newest first.
pub async fn oddities(
    executor: impl PgExecutor<'_>,
    collector_no: &str,
    page: &Page<i64>,
) -> Result<Slice<OddityRow, i64>, sqlx::Error> {
    let rows: Vec<OddityRow> = sqlx::query_as(
        "SELECT * FROM read_collectors_oddities WHERE collector_no = $1 \
         AND ($2::bigint IS NULL OR leaf_index < $2) ORDER BY leaf_index DESC LIMIT $3",
    )
    .bind(collector_no)
    .bind(page.after)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.leaf_index))
}

/// Everything a gateway has to know: all collectors in use, and all meters behind them.
pub async fn plan(
    connection: &mut sqlx::PgConnection,
) -> Result<(Vec<CollectorRow>, Vec<CollectedMeterRow>), sqlx::Error> {
    let collectors = sqlx::query_as(&format!("{COLLECTORS} WHERE NOT retired"))
        .fetch_all(&mut *connection)
        .await?;
    let meters = sqlx::query_as(&format!("{METERS} ORDER BY collector_no, meter_no"))
        .fetch_all(connection)
        .await?;
    Ok((collectors, meters))
}
