use std::collections::{BTreeMap, BTreeSet};

use chaobiao_domain::payment::PaymentMethod;
use chaobiao_domain::payment_export::{CountedRows, ExportBasis, ExportBatchId};
use chaobiao_domain::units::{AccountNo, BillNo, BillingMonth, CampusId, Fen, PaymentId, TillId};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::ledger::RowKind;
use crate::paging::{Page, Slice};
use crate::personal::PersonalAt;
use crate::rows::{fen, field, number};
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// A payment as it was taken, and whether it was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    pub payment_id: PaymentId,
    pub method: PaymentMethod,
    pub amount: Fen,
    pub campus: CampusId,
    pub paid_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub taken_by: String,
    pub cheque_number: Option<String>,
    pub cheque_bank: Option<String>,
    pub reversed_at: Option<DateTime<Utc>>,
    pub reversed_by: Option<String>,
    pub reversal_reason: Option<String>,
    pub bank_reference: Option<String>,
    pub transfer_claim: Option<String>,
    pub till_id: Option<String>,
    has_payer: bool,
    /// `cleared` or `bounced`, once the bank has said so.
    pub cheque_state: Option<String>,
    /// 校内转账凭证
    pub voucher_no: Option<String>,
    pub voucher_on: Option<NaiveDate>,
}

impl PaymentRow {
    /// Where the name of who paid for another is kept.
    pub fn payer(&self) -> Option<PersonalAt> {
        self.has_payer.then(|| PersonalAt {
            aggregate_type: "payment",
            aggregate_id: self.payment_id.to_string(),
            sequence: 1,
            places: &["/payer"],
        })
    }
}

impl FromRow<'_, PgRow> for PaymentRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            payment_id: field(row, "payment_id")?,
            method: field(row, "method")?,
            amount: fen(row, "amount")?,
            campus: field(row, "campus")?,
            paid_at: row.try_get("paid_at")?,
            taken_by: row.try_get("taken_by")?,
            cheque_number: row.try_get("cheque_number")?,
            cheque_bank: row.try_get("cheque_bank")?,
            reversed_at: row.try_get("reversed_at")?,
            reversed_by: row.try_get("reversed_by")?,
            reversal_reason: row.try_get("reversal_reason")?,
            bank_reference: row.try_get("bank_reference")?,
            transfer_claim: row.try_get("transfer_claim")?,
            till_id: row.try_get("till_id")?,
            has_payer: row.try_get("has_payer")?,
            cheque_state: row.try_get("cheque_state")?,
            voucher_no: row.try_get("voucher_no")?,
            voucher_on: row.try_get("voucher_on")?,
        })
    }
}

/// What a payment was put against when it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentPart {
    pub payment_id: PaymentId,
    pub account_no: AccountNo,
    /// None for what stayed as credit, or is held as a deposit.
    pub bill_no: Option<BillNo>,
    pub month: BillingMonth,
    pub amount: Fen,
    /// 押金
    pub is_deposit: bool,
}

impl FromRow<'_, PgRow> for PaymentPart {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            payment_id: field(row, "payment_id")?,
            account_no: field(row, "account_no")?,
            bill_no: field(row, "bill_no")?,
            month: field(row, "bill_month")?,
            amount: fen(row, "amount")?,
            is_deposit: field::<RowKind>(row, "kind")? == RowKind::Deposit,
        })
    }
}

/// Which payments a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    pub account_no: Option<AccountNo>,
    /// Where the money was taken.
    pub campus: Option<CampusId>,
    pub till: Option<TillId>,
    pub method: Option<PaymentMethod>,
    /// Half-open.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// What payments may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentOrderBy {
    PaidAt,
    Amount,
    Method,
    Campus,
    TakenBy,
}

impl OrderBy for PaymentOrderBy {
    fn columns(self) -> &'static [Column] {
        const PAID_AT: Column = ("p.paid_at", "timestamptz");
        const ID: Column = ("p.payment_id", "text");
        match self {
            Self::PaidAt => &[PAID_AT, ID],
            Self::Amount => &[("p.amount", "bigint"), PAID_AT, ID],
            Self::Method => &[("p.method", "text"), PAID_AT, ID],
            Self::Campus => &[("p.campus", "text"), PAID_AT, ID],
            Self::TakenBy => &[("p.taken_by", "text"), PAID_AT, ID],
        }
    }
}

/// Payments, the newest first unless sorted otherwise.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &PaymentFilter,
    page: &SortedPage<PaymentOrderBy>,
) -> Result<Slice<PaymentRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::down(PaymentOrderBy::PaidAt));
    let rows = sqlx::query(&format!(
        "SELECT p.*, {} FROM read_payments p WHERE ($1::text IS NULL OR p.payment_id IN \
             (SELECT r.payment_id FROM read_payments_row r WHERE r.account_no = $1)) \
         AND ($2::text IS NULL OR p.campus = $2) \
         AND ($3::timestamptz IS NULL OR p.paid_at >= $3) \
         AND ($4::timestamptz IS NULL OR p.paid_at < $4) \
         AND ($5::text IS NULL OR p.method = $5) \
         AND ($6::text IS NULL OR p.till_id = $6){}",
        sorting.key(),
        sorting.rest(7)
    ))
    .bind(filter.account_no.as_ref().map(AccountNo::as_str))
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.from)
    .bind(filter.to)
    .bind(filter.method.map(PaymentMethod::as_str))
    .bind(filter.till.as_ref().map(ToString::to_string))
    .bind(page.after_values())
    .fetch_all(executor)
    .await?;
    page.read(&rows)
}

pub async fn by_ids(
    executor: impl PgExecutor<'_>,
    ids: &[String],
) -> Result<Vec<PaymentRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_payments WHERE payment_id = ANY($1)")
        .bind(ids)
        .fetch_all(executor)
        .await
}

/// The parts of several payments as they were taken, in the order they were allocated. What a bill
/// gave up later, and is credit since, was a part of the payment before.
pub async fn parts(
    executor: impl PgExecutor<'_>,
    payments: &[String],
) -> Result<Vec<PaymentPart>, sqlx::Error> {
    sqlx::query_as(
        "SELECT payment_id, account_no, bill_no, bill_month, amount, kind FROM read_payments_row r \
         WHERE payment_id = ANY($1) AND kind IN ('paid', 'credit', 'deposit') \
         AND NOT EXISTS (SELECT FROM read_payments_row o \
             WHERE o.leaf_index = r.leaf_index AND o.kind = 'reversed') \
         ORDER BY payment_id, leaf_index, line",
    )
    .bind(payments)
    .fetch_all(executor)
    .await
}

/// A batch as it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportBatch {
    pub batch_id: ExportBatchId,
    pub basis: ExportBasis,
    pub month: BillingMonth,
    pub row_count: i64,
    pub total: Fen,
    pub created_at: DateTime<Utc>,
    pub created_by: String,
}

impl FromRow<'_, PgRow> for ExportBatch {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            batch_id: ExportBatchId::new(number(row, "batch")?),
            basis: field(row, "basis")?,
            month: field(row, "month")?,
            row_count: row.try_get("row_count")?,
            total: fen(row, "total")?,
            created_at: row.try_get("created_at")?,
            created_by: row.try_get("created_by")?,
        })
    }
}

/// Batches, the newest first.
pub async fn batches(
    executor: impl PgExecutor<'_>,
    page: &Page<i32>,
) -> Result<Slice<ExportBatch, i32>, sqlx::Error> {
    let rows: Vec<ExportBatch> = sqlx::query_as(
        "SELECT * FROM read_payments_batch WHERE $1::integer IS NULL OR batch < $1 \
         ORDER BY batch DESC LIMIT $2",
    )
    .bind(page.after)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |batch| {
        i32::try_from(batch.batch_id.number()).unwrap_or(i32::MAX)
    }))
}

pub async fn batch(
    executor: impl PgExecutor<'_>,
    batch: ExportBatchId,
) -> Result<Option<ExportBatch>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_payments_batch WHERE batch = $1")
        .bind(i64::from(batch.number()))
        .fetch_optional(executor)
        .await
}

/// The batches made for a month, in order.
pub async fn batches_for(
    executor: impl PgExecutor<'_>,
    basis: ExportBasis,
    month: BillingMonth,
) -> Result<Vec<ExportBatch>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_payments_batch WHERE basis = $1 AND month = $2 ORDER BY batch",
    )
    .bind(basis.as_str())
    .bind(month.to_string())
    .fetch_all(executor)
    .await
}

/// What the next batch for a month would close over, up to the last of its rows: the same answer
/// however far the read model has come since. One statement, so that rows and batches are of the
/// same moment.
pub async fn countable(
    executor: impl PgExecutor<'_>,
    basis: ExportBasis,
    month: BillingMonth,
) -> Result<CountedRows, sqlx::Error> {
    let row = sqlx::query(&format!(
        "SELECT coalesce(max(leaf_index), -1) AS through_leaf, \
         coalesce((SELECT max(batch) FROM read_payments_batch), 0) AS after, \
         count(*) AS row_count, coalesce(sum(amount), 0)::bigint AS total \
         FROM read_payments_row WHERE batch IS NULL AND {} = $1",
        basis.as_str()
    ))
    .bind(month.to_string())
    .fetch_one(executor)
    .await?;
    let row_count: i64 = row.try_get("row_count")?;
    Ok(CountedRows {
        through_leaf: row.try_get("through_leaf")?,
        row_count: u32::try_from(row_count).unwrap_or(u32::MAX),
        total: fen(&row, "total")?,
        after: number(&row, "after")?,
    })
}

/// One line of an export: an account, a bill month, a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    pub account_no: AccountNo,
    pub month: BillingMonth,
    pub kind: RowKind,
    pub amount: Fen,
    pub campuses: BTreeSet<String>,
    pub methods: BTreeSet<PaymentMethod>,
    /// The last day on which some of it was booked.
    pub booked_on: NaiveDate,
    pub receipts: BTreeSet<String>,
    /// The charging system's numbers of the bills that were paid, where it made them.
    pub charge_bill_nos: BTreeSet<String>,
    pub batch_id: ExportBatchId,
}

/// The lines of a batch. What it closed over never changes, so they are the same whenever asked.
pub async fn export_rows(
    executor: impl PgExecutor<'_>,
    batch: ExportBatchId,
) -> Result<Vec<ExportRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT r.account_no, r.bill_month, r.kind, r.amount, r.booked_on, r.receipts, \
             r.origin_numbers, \
             p.campus, p.method FROM read_payments_row r JOIN read_payments p USING (payment_id) \
         WHERE r.batch = $1",
    )
    .bind(i64::from(batch.number()))
    .fetch_all(executor)
    .await?;
    let mut lines: BTreeMap<(AccountNo, BillingMonth, RowKind), ExportRow> = BTreeMap::new();
    for row in &rows {
        let line = export_row(row, batch)?;
        let key = (line.account_no.clone(), line.month, line.kind);
        match lines.get_mut(&key) {
            Some(sum) => add(sum, line)?,
            None => drop(lines.insert(key, line)),
        }
    }
    Ok(lines.into_values().collect())
}

fn export_row(row: &PgRow, batch_id: ExportBatchId) -> Result<ExportRow, sqlx::Error> {
    let texts = |column| -> Result<BTreeSet<String>, sqlx::Error> {
        let text: Option<String> = row.try_get(column)?;
        let parts = text.iter().flat_map(|text| text.split_whitespace());
        Ok(parts.map(str::to_owned).collect())
    };
    Ok(ExportRow {
        account_no: field(row, "account_no")?,
        month: field(row, "bill_month")?,
        kind: field(row, "kind")?,
        amount: fen(row, "amount")?,
        campuses: BTreeSet::from([row.try_get("campus")?]),
        methods: BTreeSet::from([field(row, "method")?]),
        booked_on: row.try_get("booked_on")?,
        receipts: texts("receipts")?,
        charge_bill_nos: texts("origin_numbers")?,
        batch_id,
    })
}

fn add(sum: &mut ExportRow, line: ExportRow) -> Result<(), sqlx::Error> {
    let amount = sum.amount.checked_add(line.amount);
    sum.amount = amount.ok_or_else(|| sqlx::Error::Protocol("an export sum overflows".into()))?;
    sum.booked_on = sum.booked_on.max(line.booked_on);
    sum.campuses.extend(line.campuses);
    sum.methods.extend(line.methods);
    sum.receipts.extend(line.receipts);
    sum.charge_bill_nos.extend(line.charge_bill_nos);
    Ok(())
}
