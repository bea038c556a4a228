use chaobiao_domain::units::{AccountNo, BillingMonth, Commodity, MeterNo, Quantity};
use chrono::{Months, NaiveDate};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor};

use crate::rows::field;

/// What a meter used in the readings of one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyUsage {
    pub month: BillingMonth,
    pub commodity: Commodity,
    pub meter_no: MeterNo,
    pub usage: Quantity,
}

impl FromRow<'_, PgRow> for MonthlyUsage {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            month: field(row, "month")?,
            commodity: field(row, "commodity")?,
            meter_no: field(row, "meter_no")?,
            usage: field(row, "usage")?,
        })
    }
}

/// R53: what an account used in the months back from `today`, oldest first.
///
/// A reading counts where it was taken. The first reading after a take-over counts from the count
/// at which the account took the meter over, and nothing counts past its release.
pub async fn of_account(
    executor: impl PgExecutor<'_>,
    account_no: &AccountNo,
    today: NaiveDate,
    months: u32,
) -> Result<Vec<MonthlyUsage>, sqlx::Error> {
    let after = today
        .checked_sub_months(Months::new(months))
        .unwrap_or(NaiveDate::MIN);
    sqlx::query_as(
        "SELECT to_char(u.read_on, 'YYYY-MM') AS month, m.commodity, u.meter_no, \
             trim_scale(sum(least(u.usage, u.cumulative - a.from_count)))::text AS usage \
         FROM read_usage_history_assignment a \
         JOIN read_usage_history u USING (meter_no) \
         JOIN read_usage_history_meter m USING (meter_no) \
         WHERE a.account_no = $1 AND u.read_on > $2 AND u.read_on <= $3 \
           AND (u.read_on > a.from_on OR (u.read_on = a.from_on AND u.cumulative > a.from_count)) \
           AND (a.to_on IS NULL OR u.read_on < a.to_on \
                OR (u.read_on = a.to_on AND u.cumulative <= a.to_count)) \
         GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC, 3",
    )
    .bind(account_no.as_str())
    .bind(after)
    .bind(today)
    .fetch_all(executor)
    .await
}
