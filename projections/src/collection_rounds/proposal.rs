//! Who might be visited: whose notices are past due, in the order somebody would walk.

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::units::{AccountNo, CampusId, Fen};
use chrono::{Days, NaiveDate};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::{PLACE, WALK};
use crate::rows::{fen, field};

/// An account that owes, and is on no round to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedDoor {
    pub account_no: AccountNo,
    pub building: Option<String>,
    pub room: Option<String>,
    pub notices: i64,
    /// What is open of those past due.
    pub overdue: Fen,
    pub oldest_due_on: NaiveDate,
}

impl FromRow<'_, PgRow> for ProposedDoor {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: field(row, "account_no")?,
            building: row.try_get("building")?,
            room: row.try_get("room")?,
            notices: row.try_get("notices")?,
            overdue: fen(row, "overdue")?,
            oldest_due_on: row.try_get("oldest_due_on")?,
        })
    }
}

/// Whom a proposal is made of.
#[derive(Clone, Debug)]
pub struct ProposalFilter {
    pub campus: CampusId,
    /// The building as its meters have it.
    pub building: Option<String>,
    pub class: Option<AccountClass>,
    /// Only what has been due for so many days at least.
    pub days_past_due: u32,
    /// Only who owes so much at least.
    pub at_least: Fen,
    pub limit: u32,
}

/// Left out is who is on a round that has not ended, and whose transfer waits for the bank.
pub async fn doors(
    executor: impl PgExecutor<'_>,
    filter: &ProposalFilter,
    today: NaiveDate,
) -> Result<Vec<ProposedDoor>, sqlx::Error> {
    // Due for one day is due the day before today.
    let days = u64::from(filter.days_past_due.max(1));
    let due_by = today.checked_sub_days(Days::new(days)).unwrap_or(today);
    sqlx::query_as(&format!(
        "WITH owing AS ( \
             SELECT n.account_no, count(*) AS notices, sum(n.open)::bigint AS overdue, \
                 min(n.due_on) AS oldest_due_on \
             FROM read_unpaid_notices n JOIN read_account_statement s USING (account_no) \
             WHERE n.open > 0 AND n.due_on <= $1 AND s.campus = $2 \
               AND ($3::text IS NULL OR s.class = $3) \
               AND NOT EXISTS (SELECT FROM read_transfer_claims t \
                   WHERE t.accounts @> ARRAY[n.account_no] AND t.state IN ('pending', 'mismatched')) \
               AND NOT EXISTS (SELECT FROM read_collection_rounds_account a \
                   JOIN read_collection_rounds r USING (round_id) \
                   WHERE a.account_no = n.account_no AND r.state = 'planned') \
             GROUP BY n.account_no HAVING sum(n.open) >= $4) \
         SELECT o.*, p.building, p.room FROM owing o \
         LEFT JOIN ({PLACE} WHERE m.account_no IN (SELECT account_no FROM owing) \
             ORDER BY m.account_no, c.building, 4, c.meter_no) p USING (account_no) \
         WHERE ($5::text IS NULL OR p.building = $5) ORDER BY {WALK} LIMIT $6"
    ))
    .bind(due_by)
    .bind(filter.campus.as_str())
    .bind(filter.class.map(AccountClass::as_str))
    .bind(filter.at_least.value())
    .bind(filter.building.as_deref())
    .bind(i64::from(filter.limit))
    .fetch_all(executor)
    .await
}
