use chaobiao_domain::ledger::LedgerAccount;
use chaobiao_domain::units::Fen;
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The event's place in the log.
    pub leaf_index: i64,
    pub line: i32,
    pub booked_on: NaiveDate,
    pub event_type: String,
    pub source: String,
    pub account: LedgerAccount,
    pub subject: String,
    pub debit: Fen,
    pub credit: Fen,
}

impl FromRow<'_, PgRow> for LedgerLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            leaf_index: row.try_get("leaf_index")?,
            line: row.try_get("line")?,
            booked_on: row.try_get("booked_on")?,
            event_type: row.try_get("event_type")?,
            source: row.try_get("source")?,
            account: field(row, "account")?,
            subject: row.try_get("subject")?,
            debit: fen(row, "debit")?,
            credit: fen(row, "credit")?,
        })
    }
}

/// Lists go by the log.
pub type LineKey = (i64, i32);

/// Lines in the order of the log, those of one account or subject if they are named.
pub async fn lines(
    executor: impl PgExecutor<'_>,
    account: Option<LedgerAccount>,
    subject: Option<&str>,
    page: &Page<LineKey>,
) -> Result<Slice<LedgerLine, LineKey>, sqlx::Error> {
    let (after, after_line) = page.after.unzip();
    let rows: Vec<LedgerLine> = sqlx::query_as(
        "SELECT * FROM read_ledger WHERE ($1::text IS NULL OR account = $1) \
         AND ($2::text IS NULL OR subject = $2) \
         AND ($3::bigint IS NULL OR (leaf_index, line) > ($3, $4)) \
         ORDER BY leaf_index, line LIMIT $5",
    )
    .bind(account.map(LedgerAccount::as_str))
    .bind(subject)
    .bind(after)
    .bind(after_line)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.leaf_index, row.line)))
}

/// What stands on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceRow {
    pub account: LedgerAccount,
    pub debit: Fen,
    pub credit: Fen,
}

impl FromRow<'_, PgRow> for BalanceRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account: field(row, "account")?,
            debit: fen(row, "debit")?,
            credit: fen(row, "credit")?,
        })
    }
}

/// The sums of each account over all that was booked by a day, if one is named.
pub async fn trial_balance(
    executor: impl PgExecutor<'_>,
    through: Option<NaiveDate>,
) -> Result<Vec<BalanceRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT account, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit \
         FROM read_ledger WHERE $1::date IS NULL OR booked_on <= $1 \
         GROUP BY account ORDER BY account",
    )
    .bind(through)
    .fetch_all(executor)
    .await
}
