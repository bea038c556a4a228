//! What is owed, by how long it has been due, and who owes it: the lists of dunning.

use chaobiao_domain::units::{AccountNo, CampusId, Fen};
use chrono::{Days, NaiveDate};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool, Row};

use crate::paging::Slice;
use crate::rows::{fen, field};
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// Where the bands of days past due begin; before the first nothing is due yet.
pub const BANDS: [i32; 5] = [1, 31, 61, 91, 181];

/// What is open of a campus's notices that have been due for so long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrearsBand {
    pub campus: CampusId,
    /// Place in the bands, 0 for what is not due yet.
    band: usize,
    pub accounts: i64,
    pub notices: i64,
    pub open: Fen,
}

impl ArrearsBand {
    /// The first day past due of the band; `None` for what is not due yet.
    pub fn days_from(&self) -> Option<i32> {
        BANDS.get(self.band.checked_sub(1)?).copied()
    }

    /// The last day past due of the band; `None` for whatever is older.
    pub fn days_to(&self) -> Option<i32> {
        BANDS.get(self.band).map(|next| next - 1)
    }
}

impl FromRow<'_, PgRow> for ArrearsBand {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let band: i32 = row.try_get("band")?;
        Ok(Self {
            campus: field(row, "campus")?,
            band: usize::try_from(band).unwrap_or_default(),
            accounts: row.try_get("accounts")?,
            notices: row.try_get("notices")?,
            open: fen(row, "open")?,
        })
    }
}

/// By campus and band; bands nobody is in are left out.
pub async fn ageing(
    pool: &PgPool,
    campus: Option<&CampusId>,
    today: NaiveDate,
) -> Result<Vec<ArrearsBand>, sqlx::Error> {
    sqlx::query_as(
        "SELECT a.campus, width_bucket($2::date - n.due_on, $3::integer[]) AS band, \
             count(DISTINCT n.account_no) AS accounts, count(*) AS notices, \
             sum(n.open)::bigint AS open \
         FROM read_unpaid_notices n JOIN read_unpaid_notices_account a USING (account_no) \
         WHERE n.open > 0 AND ($1::text IS NULL OR a.campus = $1) \
         GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind(campus.map(CampusId::as_str))
    .bind(today)
    .bind(&BANDS[..])
    .fetch_all(pool)
    .await
}

/// An account with notices past due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debtor {
    pub account_no: AccountNo,
    pub campus: CampusId,
    pub notices: i64,
    /// What is open of those past due.
    pub overdue: Fen,
    pub oldest_due_on: NaiveDate,
}

impl FromRow<'_, PgRow> for Debtor {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: field(row, "account_no")?,
            campus: field(row, "campus")?,
            notices: row.try_get("notices")?,
            overdue: fen(row, "overdue")?,
            oldest_due_on: row.try_get("oldest_due_on")?,
        })
    }
}

/// Which debtors a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DebtorFilter {
    pub campus: Option<CampusId>,
    /// Only what has been due for so many days at least.
    pub days_past_due: u32,
    /// Only who owes so much at least.
    pub at_least: Fen,
    /// Also who is not dunned, since a transfer of theirs waits for the bank.
    pub paused: bool,
}

/// What debtors may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebtorOrderBy {
    OldestDueOn,
    AccountNo,
    Notices,
    OverdueAmount,
}

impl OrderBy for DebtorOrderBy {
    fn columns(self) -> &'static [Column] {
        const ACCOUNT: Column = ("account_no", "text");
        match self {
            Self::OldestDueOn => &[("oldest_due_on", "date"), ACCOUNT],
            Self::AccountNo => &[ACCOUNT],
            Self::Notices => &[("notices", "bigint"), ACCOUNT],
            Self::OverdueAmount => &[("overdue", "bigint"), ACCOUNT],
        }
    }
}

/// Who owes, the oldest debt first unless sorted otherwise. Accounts whose dunning is paused are left out.
pub async fn debtors(
    pool: &PgPool,
    filter: &DebtorFilter,
    today: NaiveDate,
    page: &SortedPage<DebtorOrderBy>,
) -> Result<Slice<Debtor, SortKey>, sqlx::Error> {
    // Due for one day is due the day before today.
    let days = u64::from(filter.days_past_due.max(1));
    let due_by = today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let sorting = page.sorting(Sort::up(DebtorOrderBy::OldestDueOn));
    let rows = sqlx::query(&format!(
        "SELECT *, {} FROM ( \
             SELECT n.account_no, a.campus, count(*) AS notices, sum(n.open)::bigint AS overdue, \
                 min(n.due_on) AS oldest_due_on \
             FROM read_unpaid_notices n JOIN read_unpaid_notices_account a USING (account_no) \
             WHERE n.open > 0 AND n.due_on <= $1 AND ($2::text IS NULL OR a.campus = $2) \
             AND ($4 OR NOT EXISTS (SELECT FROM read_transfer_claims c \
                 WHERE c.accounts @> ARRAY[n.account_no] AND c.state IN ('pending', 'mismatched'))) \
             GROUP BY n.account_no, a.campus) d \
         WHERE overdue >= $3{}",
        sorting.key(),
        sorting.rest(5)
    ))
    .bind(due_by)
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.at_least.value())
    .bind(filter.paused)
    .bind(page.after_values())
    .fetch_all(pool)
    .await?;
    page.read(&rows)
}
