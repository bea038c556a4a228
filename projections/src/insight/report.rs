//! Usage reports: by meter, account, building, department or campus (R76).

use chaobiao_domain::report_template::ReportGroup;
use chaobiao_domain::units::{BillingMonth, CampusId, Commodity, Quantity};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::USED;
use crate::paging::{Page, Slice};
use crate::rows::field;

/// A line of a usage report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// The number or name of what it is about.
    pub key: String,
    pub campus: Option<String>,
    pub building: Option<String>,
    pub room: Option<String>,
    /// Who pays for it now, where that is one.
    pub account_no: Option<String>,
    pub commodity: Commodity,
    /// None where all months are one line.
    pub month: Option<BillingMonth>,
    pub usage: Quantity,
    /// The same months a year before.
    pub last_year: Quantity,
    pub meters: i64,
    pub readings: i64,
}

impl FromRow<'_, PgRow> for ReportLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            key: row.try_get("key")?,
            campus: row.try_get("campus")?,
            building: row.try_get("building")?,
            room: row.try_get("room")?,
            account_no: row.try_get("account_no")?,
            commodity: field(row, "commodity")?,
            month: field(row, "month")?,
            usage: field(row, "usage")?,
            last_year: field(row, "last_year")?,
            meters: row.try_get("meters")?,
            readings: row.try_get("readings")?,
        })
    }
}

/// What a report takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFilter {
    pub group: ReportGroup,
    pub monthly: bool,
    pub from: BillingMonth,
    /// The last month.
    pub to: BillingMonth,
    pub campus: Option<CampusId>,
    pub commodity: Option<Commodity>,
}

/// Lines go by key, commodity and month.
pub type ReportKey = (String, String, String);

fn statement(filter: &ReportFilter) -> String {
    let (key, only) = match filter.group {
        ReportGroup::Meter => ("u.meter_no", "true"),
        ReportGroup::Account => ("a.account_no", "a.account_no IS NOT NULL"),
        ReportGroup::Department => ("a.account_no", "d.class = 'unit'"),
        ReportGroup::Building => ("c.campus || ' ' || c.building", "true"),
        ReportGroup::Campus => ("c.campus", "true"),
    };
    let month = if filter.monthly {
        "to_char(day, 'YYYY-MM')"
    } else {
        "''"
    };
    format!(
        "WITH used AS ( \
             SELECT meter_no, read_on AS day, usage, false AS before FROM {USED} h \
             WHERE read_on >= $1 AND read_on < $2 \
             UNION ALL \
             SELECT meter_no, (read_on + interval '1 year')::date, usage, true \
             FROM {USED} h \
             WHERE read_on >= ($1::date - interval '1 year')::date \
               AND read_on < ($2::date - interval '1 year')::date), \
         lines AS ( \
             SELECT {key} AS key, c.commodity, {month} AS line_month, \
                 CASE WHEN min(c.campus) = max(c.campus) THEN min(c.campus) END AS campus, \
                 CASE WHEN min(c.building) = max(c.building) THEN min(c.building) END \
                     AS building, \
                 CASE WHEN min(c.room) = max(c.room) THEN min(c.room) END AS room, \
                 CASE WHEN min(a.account_no) = max(a.account_no) THEN min(a.account_no) END \
                     AS account_no, \
                 trim_scale(coalesce(sum(usage) FILTER (WHERE NOT before), 0))::text AS usage, \
                 trim_scale(coalesce(sum(usage) FILTER (WHERE before), 0))::text AS last_year, \
                 count(DISTINCT u.meter_no) FILTER (WHERE NOT before) AS meters, \
                 count(*) FILTER (WHERE NOT before) AS readings \
             FROM used u JOIN read_meter_card c USING (meter_no) \
             LEFT JOIN read_meter_card_account a USING (meter_no) \
             LEFT JOIN read_directory_account d ON d.account_no = a.account_no \
             WHERE {only} AND ($3::text IS NULL OR c.campus = $3) \
               AND ($4::text IS NULL OR c.commodity = $4) \
             GROUP BY 1, 2, 3) \
         SELECT *, nullif(line_month, '') AS month FROM lines"
    )
}

pub async fn page(
    executor: impl PgExecutor<'_>,
    filter: &ReportFilter,
    page: &Page<ReportKey>,
) -> Result<Slice<ReportLine, ReportKey>, sqlx::Error> {
    let statement = format!(
        "{} WHERE $5::text IS NULL OR (key, commodity, line_month) > ($5, $6, $7) \
         ORDER BY key, commodity, line_month LIMIT $8",
        statement(filter)
    );
    let after = page.after.as_ref();
    let rows: Vec<ReportLine> = sqlx::query_as(&statement)
        .bind(filter.from.first_day())
        .bind(filter.to.next().first_day())
        .bind(filter.campus.as_ref().map(CampusId::as_str))
        .bind(filter.commodity.map(Commodity::as_str))
        .bind(after.map(|key| &key.0))
        .bind(after.map(|key| &key.1))
        .bind(after.map(|key| &key.2))
        .bind(page.limit())
        .fetch_all(executor)
        .await?;
    Ok(page.slice(rows, |line| {
        let month = line.month.map(|month| month.to_string());
        (
            line.key.clone(),
            line.commodity.as_str().to_owned(),
            month.unwrap_or_default(),
        )
    }))
}

/// The whole report, for a file.
pub async fn all(
    executor: impl PgExecutor<'_>,
    filter: &ReportFilter,
) -> Result<Vec<ReportLine>, sqlx::Error> {
    let statement = format!("{} ORDER BY key, commodity, line_month", statement(filter));
    sqlx::query_as(&statement)
        .bind(filter.from.first_day())
        .bind(filter.to.next().first_day())
        .bind(filter.campus.as_ref().map(CampusId::as_str))
        .bind(filter.commodity.map(Commodity::as_str))
        .fetch_all(executor)
        .await
}
