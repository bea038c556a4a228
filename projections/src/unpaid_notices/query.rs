use chaobiao_domain::units::{AccountNo, BillNo, BillingMonth, CampusId, Fen, NoticeNo};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::Slice;
use crate::rows::{fen, field};
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// A payment notice and what is still open of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub notice_no: NoticeNo,
    pub account_no: AccountNo,
    pub campus: CampusId,
    pub bill_no: BillNo,
    pub month: BillingMonth,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub amount: Fen,
    pub open: Fen,
}

impl FromRow<'_, PgRow> for Notice {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            notice_no: field(row, "notice_no")?,
            account_no: field(row, "account_no")?,
            campus: field(row, "campus")?,
            bill_no: field(row, "bill_no")?,
            month: field(row, "bill_month")?,
            issued_on: row.try_get("issued_on")?,
            due_on: row.try_get("due_on")?,
            amount: fen(row, "amount")?,
            open: fen(row, "open")?,
        })
    }
}

/// Which unpaid notices a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    pub account_no: Option<AccountNo>,
    pub campus: Option<CampusId>,
    pub month: Option<BillingMonth>,
    /// Only those due before this day.
    pub due_before: Option<NaiveDate>,
}

/// What notices may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeOrderBy {
    DueOn,
    AccountNo,
    Month,
    Amount,
    OpenAmount,
}

impl OrderBy for NoticeOrderBy {
    fn columns(self) -> &'static [Column] {
        const DUE_ON: Column = ("n.due_on", "date");
        const NUMBER: Column = ("n.notice_no", "text");
        match self {
            Self::DueOn => &[DUE_ON, NUMBER],
            Self::AccountNo => &[("n.account_no", "text"), DUE_ON, NUMBER],
            Self::Month => &[("n.bill_month", "text"), NUMBER],
            Self::Amount => &[("n.amount", "bigint"), NUMBER],
            Self::OpenAmount => &[("n.open", "bigint"), NUMBER],
        }
    }
}

const FROM: &str = "FROM read_unpaid_notices n \
     JOIN read_unpaid_notices_account a USING (account_no)";
const SELECT: &str = "SELECT n.*, a.campus FROM read_unpaid_notices n \
     JOIN read_unpaid_notices_account a USING (account_no) WHERE ";
const FILTER: &str = "n.open > 0 AND ($1::text IS NULL OR n.account_no = $1) \
     AND ($2::text IS NULL OR a.campus = $2) AND ($3::text IS NULL OR n.bill_month = $3) \
     AND ($4::date IS NULL OR n.due_on < $4)";

/// Unpaid notices, the longest due first unless sorted otherwise.
pub async fn unpaid(
    executor: impl PgExecutor<'_>,
    filter: &NoticeFilter,
    page: &SortedPage<NoticeOrderBy>,
) -> Result<Slice<Notice, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::up(NoticeOrderBy::DueOn));
    let rows = sqlx::query(&format!(
        "SELECT n.*, a.campus, {} {FROM} WHERE {FILTER}{}",
        sorting.key(),
        sorting.rest(5)
    ))
    .bind(filter.account_no.as_ref().map(AccountNo::as_str))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.month.map(|month| month.to_string()))
    .bind(filter.due_before)
    .bind(page.after_values())
    .fetch_all(executor)
    .await?;
    page.read(&rows)
}

/// How many there are and what they come to.
pub async fn unpaid_sum(
    executor: impl PgExecutor<'_>,
    filter: &NoticeFilter,
) -> Result<(i64, Fen), sqlx::Error> {
    let (count, sum): (i64, i64) = sqlx::query_as(&format!(
        "SELECT count(*), coalesce(sum(n.open), 0)::bigint {FROM} WHERE {FILTER}"
    ))
    .bind(filter.account_no.as_ref().map(AccountNo::as_str))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.month.map(|month| month.to_string()))
    .bind(filter.due_before)
    .fetch_one(executor)
    .await?;
    Ok((count, Fen::new(sum)))
}

/// The unpaid notices of several accounts, the longest due first within each.
pub async fn of_accounts(
    executor: impl PgExecutor<'_>,
    accounts: &[String],
) -> Result<Vec<Notice>, sqlx::Error> {
    let condition =
        "n.open > 0 AND n.account_no = ANY($1) ORDER BY n.account_no, n.due_on, n.notice_no";
    sqlx::query_as(&format!("{SELECT}{condition}"))
        .bind(accounts)
        .fetch_all(executor)
        .await
}

/// Notices by their bills, paid or not.
pub async fn of_bills(
    executor: impl PgExecutor<'_>,
    bills: &[String],
) -> Result<Vec<Notice>, sqlx::Error> {
    sqlx::query_as(&format!("{SELECT}n.bill_no = ANY($1)"))
        .bind(bills)
        .fetch_all(executor)
        .await
}

/// One notice, paid or not.
pub async fn by_number(
    executor: impl PgExecutor<'_>,
    notice_no: &NoticeNo,
) -> Result<Option<Notice>, sqlx::Error> {
    sqlx::query_as(&format!("{SELECT}n.notice_no = $1"))
        .bind(notice_no.as_str())
        .fetch_optional(executor)
        .await
}
