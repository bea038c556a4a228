use chaobiao_domain::payroll::{CountedDebts, PayrollAsked};
use chaobiao_domain::units::{
    AccountNo, BankReference, BillingMonth, Fen, PaymentId, PayrollBatchNo,
};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, PgPool, Row};

use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;
use crate::rows::{fen, field};

/// An account's agreement, while it lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MandateRow {
    pub account_no: AccountNo,
    sequence: i64,
    pub agreed_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub noted_by: String,
}

impl MandateRow {
    /// Where the 工号 is kept.
    pub fn employee_no(&self) -> PersonalAt {
        PersonalAt {
            aggregate_type: "payroll_mandate",
            aggregate_id: self.account_no.to_string(),
            sequence: self.sequence,
            places: &["/employee_no"],
        }
    }
}

impl FromRow<'_, PgRow> for MandateRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            account_no: field(row, "account_no")?,
            sequence: row.try_get("sequence")?,
            agreed_at: row.try_get("agreed_at")?,
            noted_by: row.try_get("noted_by")?,
        })
    }
}

pub async fn mandate(
    executor: impl PgExecutor<'_>,
    account_no: &str,
) -> Result<Option<MandateRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_payroll_mandates WHERE account_no = $1 AND ended_at IS NULL")
        .bind(account_no)
        .fetch_optional(executor)
        .await
}

/// A batch, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    pub batch_no: PayrollBatchNo,
    pub month: BillingMonth,
    /// What was asked for in all.
    pub total: Fen,
    pub opened_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub opened_by: String,
    pub rows: i64,
    pub paid_rows: i64,
    pub paid: Fen,
    pub refused_rows: i64,
    /// Of what was deducted, payments that were undone since: nobody owes us those.
    pub undone: Fen,
    /// What the payroll office has paid in.
    pub received: Fen,
}

impl FromRow<'_, PgRow> for BatchRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            batch_no: field(row, "batch_no")?,
            month: field(row, "month")?,
            total: fen(row, "total")?,
            opened_at: row.try_get("opened_at")?,
            opened_by: row.try_get("opened_by")?,
            rows: row.try_get("rows")?,
            paid_rows: row.try_get("paid_rows")?,
            paid: fen(row, "paid")?,
            refused_rows: row.try_get("refused_rows")?,
            undone: fen(row, "undone")?,
            received: fen(row, "received")?,
        })
    }
}

const BATCHES: &str = "SELECT b.*, r.*, m.* FROM read_payroll_batches b, LATERAL ( \
     SELECT count(*) AS rows, count(*) FILTER (WHERE d.state = 'paid') AS paid_rows, \
         coalesce(sum(d.deducted), 0)::bigint AS paid, \
         count(*) FILTER (WHERE d.state = 'refused') AS refused_rows, \
         coalesce(sum(d.deducted) FILTER (WHERE p.reversed_at IS NOT NULL), 0)::bigint AS undone \
     FROM read_payroll_rows d LEFT JOIN read_payments p ON p.payment_id = d.payment_id \
     WHERE d.batch_no = b.batch_no) r, LATERAL ( \
     SELECT coalesce(sum(c.amount), 0)::bigint AS received \
     FROM read_payroll_money c WHERE c.batch_no = b.batch_no) m";

/// What one line of the bank's statement has brought for a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyRow {
    pub bank_reference: BankReference,
    pub amount: Fen,
    pub received_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub received_by: String,
}

impl FromRow<'_, PgRow> for MoneyRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            bank_reference: field(row, "bank_reference")?,
            amount: fen(row, "amount")?,
            received_at: row.try_get("received_at")?,
            received_by: row.try_get("received_by")?,
        })
    }
}

/// What has come in for a batch, the first first.
pub async fn money_of(
    executor: impl PgExecutor<'_>,
    batch_no: &str,
) -> Result<Vec<MoneyRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_payroll_money WHERE batch_no = $1 ORDER BY received_at, bank_reference",
    )
    .bind(batch_no)
    .fetch_all(executor)
    .await
}

/// Lists of batches go by number.
pub type BatchKey = String;

/// The newest first.
pub async fn batches(
    executor: impl PgExecutor<'_>,
    page: &Page<BatchKey>,
) -> Result<Slice<BatchRow, BatchKey>, sqlx::Error> {
    let rows: Vec<BatchRow> = sqlx::query_as(&format!(
        "{BATCHES} WHERE ($1::text IS NULL OR b.batch_no < $1) ORDER BY b.batch_no DESC LIMIT $2"
    ))
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.batch_no.to_string()))
}

pub async fn batch(
    executor: impl PgExecutor<'_>,
    batch_no: &str,
) -> Result<Option<BatchRow>, sqlx::Error> {
    sqlx::query_as(&format!("{BATCHES} WHERE b.batch_no = $1"))
        .bind(batch_no)
        .fetch_optional(executor)
        .await
}

/// A row of a batch, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeductionRow {
    pub batch_no: PayrollBatchNo,
    pub account_no: AccountNo,
    pub asked: Fen,
    /// `asked`, `paid` or `refused`.
    pub state: String,
    pub deducted: Option<Fen>,
    pub payment_id: Option<PaymentId>,
    pub reason: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
}

impl FromRow<'_, PgRow> for DeductionRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            batch_no: field(row, "batch_no")?,
            account_no: field(row, "account_no")?,
            asked: fen(row, "asked")?,
            state: row.try_get("state")?,
            deducted: row.try_get::<Option<i64>, _>("deducted")?.map(Fen::new),
            payment_id: field(row, "payment_id")?,
            reason: row.try_get("reason")?,
            decided_at: row.try_get("decided_at")?,
            decided_by: row.try_get("decided_by")?,
        })
    }
}

/// Lists of rows go by account number.
pub type DeductionKey = String;

pub async fn rows(
    executor: impl PgExecutor<'_>,
    batch_no: &str,
    state: Option<&str>,
    page: &Page<DeductionKey>,
) -> Result<Slice<DeductionRow, DeductionKey>, sqlx::Error> {
    let rows: Vec<DeductionRow> = sqlx::query_as(
        "SELECT * FROM read_payroll_rows WHERE batch_no = $1 \
         AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR account_no > $3) \
         ORDER BY account_no LIMIT $4",
    )
    .bind(batch_no)
    .bind(state)
    .bind(page.after.as_ref())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.account_no.to_string()))
}

/// A row as the payroll office gets it: with the agreement it rests on, while that lasts.
pub async fn file_rows(
    pool: &PgPool,
    batch_no: &str,
) -> Result<Vec<(DeductionRow, Option<MandateRow>)>, sqlx::Error> {
    let rows: Vec<DeductionRow> =
        sqlx::query_as("SELECT * FROM read_payroll_rows WHERE batch_no = $1 ORDER BY account_no")
            .bind(batch_no)
            .fetch_all(pool)
            .await?;
    let mandates: Vec<MandateRow> = sqlx::query_as(
        "SELECT m.* FROM read_payroll_mandates m JOIN read_payroll_rows r USING (account_no) \
         WHERE r.batch_no = $1 AND m.ended_at IS NULL ORDER BY account_no",
    )
    .bind(batch_no)
    .fetch_all(pool)
    .await?;
    let mut mandates = mandates.into_iter().peekable();
    let with_mandate = rows.into_iter().map(|row| {
        let mandate = mandates.next_if(|mandate| mandate.account_no == row.account_no);
        (row, mandate)
    });
    Ok(with_mandate.collect())
}

/// What accounts with an agreement owe, as far as no batch asks for it already.
pub async fn countable(pool: &PgPool) -> Result<CountedDebts, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT s.account_no, s.open FROM read_payroll_mandates m \
         JOIN read_account_statement s USING (account_no) \
         WHERE m.ended_at IS NULL AND s.open > 0 AND NOT EXISTS ( \
             SELECT FROM read_payroll_rows r \
             WHERE r.account_no = m.account_no AND r.state = 'asked') \
         ORDER BY s.account_no",
    )
    .fetch_all(pool)
    .await?;
    let asked = |row: &PgRow| {
        Ok(PayrollAsked {
            account_no: field(row, "account_no")?,
            amount: fen(row, "open")?,
        })
    };
    let rows: Result<Vec<PayrollAsked>, sqlx::Error> = rows.iter().map(asked).collect();
    let last: Option<String> = sqlx::query_scalar("SELECT max(batch_no) FROM read_payroll_batches")
        .fetch_one(pool)
        .await?;
    let last = last.and_then(|last| last.strip_prefix("GZ")?.parse().ok());
    Ok(CountedDebts {
        rows: rows?,
        after: last.unwrap_or_default(),
    })
}
