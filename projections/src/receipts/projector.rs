use std::collections::BTreeMap;

use async_trait::async_trait;
use chaobiao_domain::payment::{
    InvoiceExchanged, InvoiceReversed, PaymentEvent, ReceiptGiven, ReceiptPart, RedReason,
};
use chaobiao_domain::units::{AccountNo, Fen, InvoiceNo, PaymentId, ReceiptNo};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_receipts`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReceiptsProjector;

#[derive(Clone, Debug, Serialize)]
struct ReceiptRow {
    receipt_no: ReceiptNo,
    payment_id: PaymentId,
    campus: String,
    total: Fen,
    issued_at: DateTime<Utc>,
    issued_by: String,
    copies: u32,
    reversed: bool,
    returned_at: Option<DateTime<Utc>>,
    lost: Option<String>,
    invoice_no: Option<String>,
    red_invoice_no: Option<String>,
    red_reason: Option<RedReason>,
}

/// What became of the e-invoice in the place of a receipt.
#[derive(Clone, Debug, Serialize)]
struct InvoiceRow {
    receipt_no: ReceiptNo,
    invoice_no: InvoiceNo,
    red_invoice_no: Option<InvoiceNo>,
    red_reason: Option<RedReason>,
}

#[derive(Clone, Debug, Serialize)]
struct BackRow {
    receipt_no: ReceiptNo,
    returned_at: DateTime<Utc>,
    lost: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ItemRow {
    receipt_no: ReceiptNo,
    item: usize,
    account_no: AccountNo,
    part: ReceiptPart,
    amount: Fen,
}

#[derive(Clone, Debug, Serialize)]
struct CopyRow {
    receipt_no: ReceiptNo,
    copies: u32,
}

impl From<InvoiceExchanged> for InvoiceRow {
    fn from(exchanged: InvoiceExchanged) -> Self {
        Self {
            receipt_no: exchanged.receipt_no,
            invoice_no: exchanged.invoice_no,
            red_invoice_no: None,
            red_reason: None,
        }
    }
}

impl From<InvoiceReversed> for InvoiceRow {
    fn from(reversed: InvoiceReversed) -> Self {
        Self {
            receipt_no: reversed.receipt_no,
            invoice_no: reversed.invoice_no,
            red_invoice_no: Some(reversed.red_invoice_no),
            red_reason: Some(reversed.reason),
        }
    }
}

#[async_trait]
impl Projector for ReceiptsProjector {
    fn name(&self) -> &'static str {
        "receipts"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["payment"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_receipts", "read_receipts_item"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let (mut receipts, mut items) = (Vec::new(), Vec::new());
        let mut copies: BTreeMap<ReceiptNo, CopyRow> = BTreeMap::new();
        let mut reversed: Vec<String> = Vec::new();
        let mut back = Vec::new();
        let mut invoices: BTreeMap<ReceiptNo, InvoiceRow> = BTreeMap::new();
        for event in events {
            match event.decode()? {
                PaymentEvent::ReceiptIssued(receipt) => add(receipt, &mut receipts, &mut items),
                PaymentEvent::ReceiptReprinted(copy) => {
                    let receipt_no = copy.receipt_no;
                    let row = CopyRow {
                        receipt_no: receipt_no.clone(),
                        copies: copy.copy,
                    };
                    copies.insert(receipt_no, row);
                }
                PaymentEvent::Reversed(payment) => reversed.push(payment.payment_id.into()),
                PaymentEvent::ReceiptReturned(taken) => back.push(BackRow {
                    receipt_no: taken.receipt_no,
                    returned_at: taken.taken_back_at,
                    lost: taken.lost,
                }),
                PaymentEvent::InvoiceExchanged(exchanged) => {
                    invoices.insert(exchanged.receipt_no.clone(), exchanged.into());
                }
                PaymentEvent::InvoiceReversed(reversed) => {
                    invoices.insert(reversed.receipt_no.clone(), reversed.into());
                }
                PaymentEvent::Recorded(_)
                | PaymentEvent::ChequeCleared(_)
                | PaymentEvent::ChequeBounced(_) => {}
            }
        }
        let statement = "INSERT INTO read_receipts \
             SELECT * FROM jsonb_populate_recordset(NULL::read_receipts, $1)";
        store(connection, statement, &receipts).await?;
        let statement = "INSERT INTO read_receipts_item \
             SELECT * FROM jsonb_populate_recordset(NULL::read_receipts_item, $1)";
        store(connection, statement, &items).await?;
        let statement = "UPDATE read_receipts r SET copies = c.copies \
             FROM jsonb_populate_recordset(NULL::read_receipts, $1) c \
             WHERE r.receipt_no = c.receipt_no";
        store(
            connection,
            statement,
            &copies.into_values().collect::<Vec<_>>(),
        )
        .await?;
        sqlx::query("UPDATE read_receipts SET reversed = true WHERE payment_id = ANY($1)")
            .bind(&reversed)
            .execute(&mut *connection)
            .await?;
        let statement = "UPDATE read_receipts r SET returned_at = b.returned_at, lost = b.lost \
             FROM jsonb_populate_recordset(NULL::read_receipts, $1) b \
             WHERE r.receipt_no = b.receipt_no";
        store(connection, statement, &back).await?;
        let statement = "UPDATE read_receipts r SET invoice_no = i.invoice_no, \
             red_invoice_no = i.red_invoice_no, red_reason = i.red_reason \
             FROM jsonb_populate_recordset(NULL::read_receipts, $1) i \
             WHERE r.receipt_no = i.receipt_no";
        let invoices: Vec<InvoiceRow> = invoices.into_values().collect();
        store(connection, statement, &invoices).await?;
        Ok(())
    }
}

fn add(receipt: ReceiptGiven, receipts: &mut Vec<ReceiptRow>, items: &mut Vec<ItemRow>) {
    for (place, item) in receipt.items.into_iter().enumerate() {
        items.push(ItemRow {
            receipt_no: receipt.receipt_no.clone(),
            item: place + 1,
            account_no: item.account_no,
            part: item.part,
            amount: item.amount,
        });
    }
    receipts.push(ReceiptRow {
        receipt_no: receipt.receipt_no,
        payment_id: receipt.payment_id,
        campus: receipt.campus.into(),
        total: receipt.total,
        issued_at: receipt.issued_at,
        issued_by: receipt.issued_by.to_string(),
        copies: 0,
        reversed: false,
        returned_at: None,
        lost: None,
        invoice_no: None,
        red_invoice_no: None,
        red_reason: None,
    });
}
