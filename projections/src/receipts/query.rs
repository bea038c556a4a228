use chaobiao_domain::payment::{ReceiptPart, RedReason};
use chaobiao_domain::units::{AccountNo, CampusId, Fen, InvoiceNo, PaymentId, ReceiptNo};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::rows::{fen, field};

/// A receipt in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub receipt_no: ReceiptNo,
    pub payment_id: PaymentId,
    /// Where it was handed out.
    pub campus: CampusId,
    pub total: Fen,
    pub issued_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub issued_by: String,
    /// How often it was printed again.
    pub copies: i32,
    /// The payment it was given for was reversed.
    pub reversed: bool,
    /// When the void paper came back, or was noted as lost.
    pub returned_at: Option<DateTime<Utc>>,
    pub lost: Option<String>,
    /// The e-invoice it was exchanged for, and what reversed that.
    pub invoice_no: Option<InvoiceNo>,
    pub red_invoice_no: Option<InvoiceNo>,
    pub red_reason: Option<RedReason>,
}

impl FromRow<'_, PgRow> for Receipt {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            receipt_no: field(row, "receipt_no")?,
            payment_id: field(row, "payment_id")?,
            campus: field(row, "campus")?,
            total: fen(row, "total")?,
            issued_at: row.try_get("issued_at")?,
            issued_by: row.try_get("issued_by")?,
            copies: row.try_get("copies")?,
            reversed: row.try_get("reversed")?,
            returned_at: row.try_get("returned_at")?,
            lost: row.try_get("lost")?,
            invoice_no: field(row, "invoice_no")?,
            red_invoice_no: field(row, "red_invoice_no")?,
            red_reason: field(row, "red_reason")?,
        })
    }
}

/// What a receipt is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLine {
    pub receipt_no: ReceiptNo,
    pub account_no: AccountNo,
    pub part: ReceiptPart,
    pub amount: Fen,
}

impl FromRow<'_, PgRow> for ReceiptLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            receipt_no: field(row, "receipt_no")?,
            account_no: field(row, "account_no")?,
            part: field(row, "part")?,
            amount: fen(row, "amount")?,
        })
    }
}

pub async fn by_number(
    executor: impl PgExecutor<'_>,
    receipt_no: &ReceiptNo,
) -> Result<Option<Receipt>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_receipts WHERE receipt_no = $1")
        .bind(receipt_no.as_str())
        .fetch_optional(executor)
        .await
}

/// The receipts of several payments, in order.
pub async fn of_payments(
    executor: impl PgExecutor<'_>,
    payments: &[String],
) -> Result<Vec<Receipt>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_receipts WHERE payment_id = ANY($1) ORDER BY payment_id, receipt_no",
    )
    .bind(payments)
    .fetch_all(executor)
    .await
}

/// The items of several receipts, in their order.
pub async fn items(
    executor: impl PgExecutor<'_>,
    receipts: &[String],
) -> Result<Vec<ReceiptLine>, sqlx::Error> {
    sqlx::query_as(
        "SELECT * FROM read_receipts_item WHERE receipt_no = ANY($1) ORDER BY receipt_no, item",
    )
    .bind(receipts)
    .fetch_all(executor)
    .await
}
