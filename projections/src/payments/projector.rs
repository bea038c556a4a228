use std::collections::HashMap;

use async_trait::async_trait;
use chaobiao_domain::account::{AccountEvent, BillOrigin};
use chaobiao_domain::payment::{PaymentEvent, PaymentMethod, PaymentRecorded, PaymentReversed};
use chaobiao_domain::payment_export::{ExportBasis, ExportBatchCreated, PaymentExportEvent};
use chaobiao_domain::units::{BillNo, BillingMonth, ChargeBillNo, Fen, PaymentId, business_date};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::ledger::{RowKind, postings};
use crate::rows::{field, store};

/// Keeps `read_payments` and its rows, receipts and batches.
#[derive(Clone, Copy, Debug, Default)]
pub struct PaymentsProjector;

#[derive(Clone, Debug, Serialize)]
struct HeaderRow {
    payment_id: PaymentId,
    method: PaymentMethod,
    amount: Fen,
    campus: String,
    paid_at: DateTime<Utc>,
    paid_month: BillingMonth,
    taken_by: String,
    cheque_number: Option<String>,
    cheque_bank: Option<String>,
    reversed_at: Option<DateTime<Utc>>,
    reversed_by: Option<String>,
    reversal_reason: Option<String>,
    bank_reference: Option<String>,
    transfer_claim: Option<String>,
    till_id: Option<String>,
    has_payer: bool,
    cheque_state: Option<&'static str>,
    voucher_no: Option<String>,
    voucher_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize)]
struct ChequeRow {
    payment_id: PaymentId,
    cheque_state: &'static str,
}

impl HeaderRow {
    fn new(recorded: PaymentRecorded) -> Self {
        let cheque = recorded.cheque.map(|cheque| (cheque.number, cheque.bank));
        let (cheque_number, cheque_bank) = cheque.unzip();
        let voucher = recorded.voucher.map(|voucher| (voucher.number, voucher.on));
        let (voucher_no, voucher_on) = voucher.unzip();
        Self {
            payment_id: recorded.payment_id,
            method: recorded.method,
            amount: recorded.amount,
            campus: recorded.campus.into(),
            paid_at: recorded.paid_at,
            paid_month: BillingMonth::of(business_date(recorded.paid_at)),
            taken_by: recorded.taken_by.to_string(),
            cheque_number,
            cheque_bank,
            reversed_at: None,
            reversed_by: None,
            reversal_reason: None,
            bank_reference: recorded.bank_reference.map(String::from),
            transfer_claim: recorded.transfer_claim.map(String::from),
            till_id: recorded.till.map(String::from),
            has_payer: recorded.payer.is_some(),
            cheque_state: None,
            voucher_no,
            voucher_on,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct ReversalRow {
    payment_id: PaymentId,
    reversed_at: DateTime<Utc>,
    reversed_by: String,
    reversal_reason: String,
}

impl ReversalRow {
    fn new(reversed: PaymentReversed) -> Self {
        Self {
            payment_id: reversed.payment_id,
            reversed_at: reversed.reversed_at,
            reversed_by: reversed.reversed_by.to_string(),
            reversal_reason: reversed.reason,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct ReceiptRow {
    payment_id: PaymentId,
    account_no: String,
    receipt_no: String,
}

#[derive(Clone, Debug, Serialize)]
struct LedgerRow {
    leaf_index: i64,
    line: usize,
    payment_id: PaymentId,
    account_no: String,
    bill_no: Option<BillNo>,
    bill_month: BillingMonth,
    paid_month: BillingMonth,
    booked_on: NaiveDate,
    kind: RowKind,
    amount: Fen,
}

#[derive(Clone, Debug, Serialize)]
struct OriginRow {
    bill_no: BillNo,
    numbers: String,
}

impl OriginRow {
    /// What an event says of the charging system's numbers of bills.
    fn of(event: &AccountEvent) -> Vec<Self> {
        let row = |bill_no: &BillNo, origin: Option<&BillOrigin>| {
            let numbers = origin?.bill_nos.iter();
            let numbers: Vec<&str> = numbers.map(ChargeBillNo::as_str).collect();
            Some(Self {
                bill_no: bill_no.clone(),
                numbers: numbers.join(" "),
            })
        };
        match event {
            AccountEvent::Charged(bill) => row(&bill.bill_no, bill.origin.as_ref())
                .into_iter()
                .collect(),
            AccountEvent::Rebilled(rebilling) => {
                let bills = rebilling.bills.iter();
                bills
                    .filter_map(|bill| row(&bill.bill_no, bill.origin.as_ref()))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

#[async_trait]
impl Projector for PaymentsProjector {
    fn name(&self) -> &'static str {
        "payments"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account", "payment", "payment_export"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_payments",
            "read_payments_row",
            "read_payments_receipt",
            "read_payments_batch",
            "read_payments_origin",
        ]
    }

    /// A batch closes over the rows and receipts before it, so it parts the events.
    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let closes = |event: &RecordedEvent| event.stream.aggregate_type == "payment_export";
        for stretch in events.split_inclusive(closes) {
            let (before, batch) = match stretch.split_last() {
                Some((last, before)) if closes(last) => (before, Some(last)),
                _ => (stretch, None),
            };
            project_payments(before, connection).await?;
            project_rows(before, connection).await?;
            if let Some(batch) = batch {
                let PaymentExportEvent::BatchCreated(created) = batch.decode()?;
                close_batch(batch, &created, connection).await?;
            }
        }
        Ok(())
    }
}

async fn project_payments(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let (mut headers, mut reversals, mut receipts) = (Vec::new(), Vec::new(), Vec::new());
    let mut cheques = Vec::new();
    let mut said = |payment_id, cheque_state| {
        cheques.push(ChequeRow {
            payment_id,
            cheque_state,
        });
    };
    for event in events
        .iter()
        .filter(|event| event.stream.aggregate_type == "payment")
    {
        match event.decode()? {
            PaymentEvent::Recorded(recorded) => headers.push(HeaderRow::new(*recorded)),
            PaymentEvent::Reversed(reversed) => reversals.push(ReversalRow::new(reversed)),
            PaymentEvent::ReceiptIssued(receipt) => {
                for item in receipt.items {
                    receipts.push(ReceiptRow {
                        payment_id: receipt.payment_id.clone(),
                        account_no: item.account_no.into(),
                        receipt_no: receipt.receipt_no.to_string(),
                    });
                }
            }
            PaymentEvent::ChequeCleared(cleared) => said(cleared.payment_id, "cleared"),
            PaymentEvent::ChequeBounced(bounced) => said(bounced.payment_id, "bounced"),
            PaymentEvent::ReceiptReprinted(_)
            | PaymentEvent::ReceiptReturned(_)
            | PaymentEvent::InvoiceExchanged(_)
            | PaymentEvent::InvoiceReversed(_) => {}
        }
    }
    let statement = "INSERT INTO read_payments \
         SELECT * FROM jsonb_populate_recordset(NULL::read_payments, $1)";
    store(connection, statement, &headers).await?;
    let statement = "UPDATE read_payments p SET reversed_at = r.reversed_at, \
         reversed_by = r.reversed_by, reversal_reason = r.reversal_reason \
         FROM jsonb_populate_recordset(NULL::read_payments, $1) r \
         WHERE p.payment_id = r.payment_id";
    store(connection, statement, &reversals).await?;
    let statement = "UPDATE read_payments p SET cheque_state = c.cheque_state \
         FROM jsonb_populate_recordset(NULL::read_payments, $1) c \
         WHERE p.payment_id = c.payment_id";
    store(connection, statement, &cheques).await?;
    let statement = "INSERT INTO read_payments_receipt \
         SELECT * FROM jsonb_populate_recordset(NULL::read_payments_receipt, $1) \
         ON CONFLICT DO NOTHING";
    store(connection, statement, &receipts).await?;
    Ok(())
}

async fn project_rows(
    events: &[RecordedEvent],
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let mut found = Vec::new();
    // The last that is said of a bill holds.
    let mut origins = HashMap::new();
    for event in events
        .iter()
        .filter(|event| event.stream.aggregate_type == "account")
    {
        let decoded = event.decode::<AccountEvent>()?;
        let said = OriginRow::of(&decoded).into_iter();
        origins.extend(said.map(|origin| (origin.bill_no.clone(), origin)));
        let postings = postings(&decoded);
        found.extend(
            postings
                .into_iter()
                .enumerate()
                .map(|(place, it)| (event, place + 1, it)),
        );
    }
    let origins: Vec<OriginRow> = origins.into_values().collect();
    let statement = "INSERT INTO read_payments_origin \
         SELECT * FROM jsonb_populate_recordset(NULL::read_payments_origin, $1) \
         ON CONFLICT (bill_no) DO UPDATE SET numbers = excluded.numbers";
    store(connection, statement, &origins).await?;
    if found.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = found
        .iter()
        .map(|(_, _, posting)| posting.payment_id.as_str())
        .collect();
    let months = paid_months(&ids, connection).await?;
    let mut rows = Vec::with_capacity(found.len());
    for (event, line, posting) in found {
        let paid_in = months
            .get(posting.payment_id.as_str())
            .copied()
            .ok_or_else(|| {
                ProjectionError::Invalid(format!("payment {} is unknown", posting.payment_id))
            })?;
        let booked_on = business_date(event.recorded_at);
        let (bill_no, bill_month) = posting.bill.unzip();
        rows.push(LedgerRow {
            leaf_index: event.leaf_index,
            line,
            payment_id: posting.payment_id,
            account_no: event.stream.aggregate_id.clone(),
            bill_no,
            bill_month: bill_month.unwrap_or(paid_in),
            paid_month: BillingMonth::of(booked_on),
            booked_on,
            kind: posting.kind,
            amount: posting.amount,
        });
    }
    let statement = "INSERT INTO read_payments_row \
         SELECT * FROM jsonb_populate_recordset(NULL::read_payments_row, $1)";
    store(connection, statement, &rows).await?;
    Ok(())
}

async fn paid_months(
    ids: &[&str],
    connection: &mut PgConnection,
) -> Result<HashMap<String, BillingMonth>, ProjectionError> {
    let rows =
        sqlx::query("SELECT payment_id, paid_month FROM read_payments WHERE payment_id = ANY($1)")
            .bind(ids)
            .fetch_all(connection)
            .await?;
    let months: Result<HashMap<_, _>, sqlx::Error> = rows
        .iter()
        .map(|row| Ok((field(row, "payment_id")?, field(row, "paid_month")?)))
        .collect();
    Ok(months?)
}

async fn close_batch(
    event: &RecordedEvent,
    created: &ExportBatchCreated,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let number = i32::try_from(created.batch_id.number())
        .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
    sqlx::query("INSERT INTO read_payments_batch VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(number)
        .bind(created.basis.as_str())
        .bind(created.month.to_string())
        .bind(created.through_leaf)
        .bind(i64::from(created.row_count))
        .bind(created.total.value())
        .bind(event.recorded_at)
        .bind(event.metadata.actor.to_string())
        .execute(&mut *connection)
        .await?;
    let month = match created.basis {
        ExportBasis::BillMonth => "bill_month",
        ExportBasis::PaidMonth => "paid_month",
    };
    let taken = sqlx::query(&format!(
        "UPDATE read_payments_row r SET batch = $1, receipts = ( \
             SELECT string_agg(c.receipt_no, ' ' ORDER BY c.receipt_no) \
             FROM read_payments_receipt c \
             WHERE c.payment_id = r.payment_id AND c.account_no = r.account_no), \
         origin_numbers = (SELECT o.numbers FROM read_payments_origin o \
             WHERE o.bill_no = r.bill_no) \
         WHERE r.batch IS NULL AND r.leaf_index <= $2 AND r.{month} = $3"
    ))
    .bind(number)
    .bind(created.through_leaf)
    .bind(created.month.to_string())
    .execute(connection)
    .await?;
    if taken.rows_affected() == u64::from(created.row_count) {
        Ok(())
    } else {
        Err(ProjectionError::Invalid(format!(
            "batch {} counted {} rows but closes over {}",
            created.batch_id,
            created.row_count,
            taken.rows_affected()
        )))
    }
}
