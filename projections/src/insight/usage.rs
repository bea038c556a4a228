//! What is used, against last year and against like meters (R10).

use std::collections::BTreeMap;

use chaobiao_domain::units::{AccountNo, BillingMonth, CampusId, Commodity, MeterNo, Quantity};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::USED;
use crate::rows::field;

/// Whose usage is looked at, and with it what is like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageScope {
    /// Like it: meters of the campus whose accounts are of the same class.
    Meter(MeterNo),
    /// Like it: accounts of the campus of the same class. Meters count for who pays for them now.
    Account(AccountNo),
    /// Like it: the other buildings of the campus.
    Building(CampusId, String),
    /// Like it: the other campuses.
    Campus(CampusId),
}

impl UsageScope {
    /// What usage is put together by, and which of it is like.
    const fn parts(&self) -> (&'static str, &'static str) {
        match self {
            Self::Meter(_) => (
                "u.meter_no",
                "c.campus = (SELECT campus FROM read_meter_card WHERE meter_no = $4) \
                 AND d.class IS NOT DISTINCT FROM (SELECT b.class FROM read_meter_card_account o \
                     JOIN read_directory_account b USING (account_no) WHERE o.meter_no = $4)",
            ),
            Self::Account(_) => (
                "a.account_no",
                "(d.campus, d.class) = (SELECT campus, class FROM read_directory_account \
                     WHERE account_no = $4)",
            ),
            Self::Building(..) => ("c.building", "c.campus = $5"),
            Self::Campus(_) => ("c.campus", "true"),
        }
    }

    fn unit(&self) -> &str {
        match self {
            Self::Meter(meter_no) => meter_no.as_str(),
            Self::Account(account_no) => account_no.as_str(),
            Self::Building(_, building) => building,
            Self::Campus(campus) => campus.as_str(),
        }
    }

    fn campus(&self) -> Option<&str> {
        match self {
            Self::Building(campus, _) => Some(campus.as_str()),
            Self::Meter(_) | Self::Account(_) | Self::Campus(_) => None,
        }
    }
}

/// One month of usage beside what it is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFigures {
    pub month: BillingMonth,
    pub usage: Quantity,
    /// The same month a year before; none where nothing was read then.
    pub last_year: Option<Quantity>,
    /// The middle one of what is like it; none where nothing is.
    pub like: Option<Quantity>,
    /// How many are like it.
    pub like_count: i64,
}

struct UnitMonth {
    month: BillingMonth,
    usage: Option<Quantity>,
    like: Option<Quantity>,
    like_count: i64,
}

impl FromRow<'_, PgRow> for UnitMonth {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            month: field(row, "month")?,
            usage: field(row, "usage")?,
            like: field(row, "like_usage")?,
            like_count: row.try_get("like_count")?,
        })
    }
}

/// So many months up to one, oldest first; months without a reading of the scope are left out.
pub async fn analysis(
    executor: impl PgExecutor<'_>,
    scope: &UsageScope,
    commodity: Commodity,
    (from, to): (BillingMonth, BillingMonth),
) -> Result<Vec<MonthFigures>, sqlx::Error> {
    let year_before = BillingMonth::try_new(from.year() - 1, from.month()).unwrap_or(from);
    let (unit, like) = scope.parts();
    let statement = format!(
        "WITH monthly AS ( \
             SELECT {unit} AS unit, to_char(u.read_on, 'YYYY-MM') AS month, \
                 sum(u.usage) AS usage \
             FROM {USED} u JOIN read_meter_card c USING (meter_no) \
             LEFT JOIN read_meter_card_account a USING (meter_no) \
             LEFT JOIN read_directory_account d ON d.account_no = a.account_no \
             WHERE c.commodity = $1 AND u.read_on >= $2 AND u.read_on < $3 \
               AND ($5::text IS NULL OR c.campus = $5) AND {like} \
             GROUP BY 1, 2) \
         SELECT month, trim_scale(sum(usage) FILTER (WHERE unit = $4))::text AS usage, \
             trim_scale(percentile_disc(0.5) WITHIN GROUP (ORDER BY usage) \
                 FILTER (WHERE unit <> $4))::text AS like_usage, \
             count(*) FILTER (WHERE unit <> $4) AS like_count \
         FROM monthly GROUP BY month ORDER BY month"
    );
    let rows: Vec<UnitMonth> = sqlx::query_as(&statement)
        .bind(commodity.as_str())
        .bind(year_before.first_day())
        .bind(to.next().first_day())
        .bind(scope.unit())
        .bind(scope.campus())
        .fetch_all(executor)
        .await?;
    let by_month: BTreeMap<BillingMonth, Quantity> = rows
        .iter()
        .filter_map(|row| Some((row.month, row.usage?)))
        .collect();
    let before = |month: BillingMonth| {
        let month = BillingMonth::try_new(month.year() - 1, month.month()).ok()?;
        by_month.get(&month).copied()
    };
    Ok(rows
        .into_iter()
        .filter(|row| row.month >= from)
        .filter_map(|row| {
            Some(MonthFigures {
                month: row.month,
                usage: row.usage?,
                last_year: before(row.month),
                like: row.like,
                like_count: row.like_count,
            })
        })
        .collect())
}
