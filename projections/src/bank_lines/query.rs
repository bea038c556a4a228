use chaobiao_domain::units::{AccountNo, BankReference, Fen, PaymentId};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;
use crate::rows::{fen, field};

/// A line of the bank's statement as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLineRow {
    pub bank_reference: BankReference,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    pub account_no: Option<AccountNo>,
    has_payer: bool,
    has_memo: bool,
    /// `open`, `held`, `booked`, `matched` or `returned`.
    pub state: String,
    pub held_reason: Option<String>,
    pub payment_id: Option<PaymentId>,
    pub return_reference: Option<BankReference>,
    pub return_reason: Option<String>,
    pub entered_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub entered_by: String,
}

impl FromRow<'_, PgRow> for BankLineRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            bank_reference: field(row, "bank_reference")?,
            amount: fen(row, "amount")?,
            booked_on: row.try_get("booked_on")?,
            account_no: field(row, "account_no")?,
            has_payer: row.try_get("has_payer")?,
            has_memo: row.try_get("has_memo")?,
            state: row.try_get("state")?,
            held_reason: row.try_get("held_reason")?,
            payment_id: field(row, "payment_id")?,
            return_reference: field(row, "return_reference")?,
            return_reason: row.try_get("return_reason")?,
            entered_at: row.try_get("entered_at")?,
            entered_by: row.try_get("entered_by")?,
        })
    }
}

impl BankLineRow {
    fn at(&self, places: &'static [&'static str]) -> PersonalAt {
        PersonalAt {
            aggregate_type: "bank_line",
            aggregate_id: self.bank_reference.to_string(),
            sequence: 1,
            places,
        }
    }

    /// Where the payer's name is kept.
    pub fn payer(&self) -> Option<PersonalAt> {
        self.has_payer.then(|| self.at(&["/payer"]))
    }

    /// Where the memo is kept.
    pub fn memo(&self) -> Option<PersonalAt> {
        self.has_memo.then(|| self.at(&["/memo"]))
    }
}

/// Lists go by day, the newest first.
pub type BankLineKey = (NaiveDate, String);

/// Lines, those in one state if it is named.
pub async fn list(
    executor: impl PgExecutor<'_>,
    state: Option<&str>,
    page: &Page<BankLineKey>,
) -> Result<Slice<BankLineRow, BankLineKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let rows: Vec<BankLineRow> = sqlx::query_as(
        "SELECT * FROM read_bank_lines WHERE ($1::text IS NULL OR state = $1) \
         AND ($2::date IS NULL OR (booked_on, bank_reference) < ($2, $3)) \
         ORDER BY booked_on DESC, bank_reference DESC LIMIT $4",
    )
    .bind(state)
    .bind(after)
    .bind(after_id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| (row.booked_on, row.bank_reference.to_string())))
}

/// Several lines by their numbers.
pub async fn by_references(
    executor: impl PgExecutor<'_>,
    references: &[String],
) -> Result<Vec<BankLineRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_bank_lines WHERE bank_reference = ANY($1) ORDER BY bank_reference",
    )
    .bind(references)
    .fetch_all(executor)
    .await
}

/// Lines nobody has booked that may be the one: of this amount, of these accounts, or with so many
/// figures, within a month of a day.
pub async fn free_near(
    executor: impl PgExecutor<'_>,
    amount: Fen,
    accounts: &[String],
    day: NaiveDate,
) -> Result<Vec<BankLineRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_bank_lines WHERE state IN ('open', 'held') \
         AND booked_on BETWEEN $3 - 31 AND $3 + 31 \
         AND (amount = $1 OR account_no = ANY($2) OR length(amount::text) = length($1::text)) \
         ORDER BY amount = $1 DESC, abs(booked_on - $3), bank_reference LIMIT 200",
    )
    .bind(amount.value())
    .bind(accounts)
    .bind(day)
    .fetch_all(executor)
    .await
}
