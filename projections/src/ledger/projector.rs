use async_trait::async_trait;
use chaobiao_domain::account::AccountEvent;
use chaobiao_domain::bank_line::BankLineEvent;
use chaobiao_domain::clearing::ClearingEvent;
use chaobiao_domain::ledger::{
    LedgerAccount, Posting, of_account, of_bank_line, of_clearing, of_payment, of_payroll_match,
    of_refund, reversed,
};
use chaobiao_domain::payment::PaymentEvent;
use chaobiao_domain::refund::RefundEvent;
use chaobiao_domain::units::{
    AccountNo, BankReference, CampusId, Fen, RefundId, ValueError, business_date,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::{PgConnection, Row};

use crate::rows::{fen, field, store};

/// Keeps `read_ledger`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LedgerProjector;

#[derive(Clone, Debug, Serialize)]
struct LedgerRow {
    leaf_index: i64,
    line: usize,
    booked_on: NaiveDate,
    event_type: String,
    /// The stream of the event.
    source: String,
    account: LedgerAccount,
    subject: String,
    debit: Fen,
    credit: Fen,
}

#[async_trait]
impl Projector for LedgerProjector {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &[
            "account",
            "bank_line",
            "campus_clearing",
            "payment",
            "refund",
        ]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_ledger"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut rows: Vec<LedgerRow> = Vec::new();
        for event in events {
            let postings = match postings(event)? {
                Lines::Own(postings) => postings,
                Lines::Undo(event_type) => {
                    reversed(earlier(event, event_type, &rows, connection).await?)
                }
            };
            let lines = postings.into_iter().enumerate();
            rows.extend(lines.map(|(place, posting)| LedgerRow {
                leaf_index: event.leaf_index,
                line: place + 1,
                booked_on: business_date(event.recorded_at),
                event_type: event.event_type.clone(),
                source: event.stream.to_string(),
                account: posting.account,
                subject: posting.subject,
                debit: posting.debit,
                credit: posting.credit,
            }));
        }
        let statement = "INSERT INTO read_ledger \
             SELECT * FROM jsonb_populate_recordset(NULL::read_ledger, $1)";
        store(connection, statement, &rows).await?;
        Ok(())
    }
}

/// What follows from an event.
enum Lines {
    Own(Vec<Posting>),
    /// Those of an earlier event of the stream, on the other sides.
    Undo(&'static str),
}

fn postings(event: &RecordedEvent) -> Result<Lines, ProjectionError> {
    let invalid = |error: ValueError| ProjectionError::Invalid(error.to_string());
    let id = &event.stream.aggregate_id;
    Ok(match event.stream.aggregate_type.as_str() {
        "account" => {
            let account_no = AccountNo::try_new(id).map_err(invalid)?;
            Lines::Own(of_account(&account_no, &event.decode::<AccountEvent>()?))
        }
        "payment" => match event.decode()? {
            PaymentEvent::Recorded(payment) => Lines::Own(of_payment(&payment)),
            PaymentEvent::Reversed(_) => Lines::Undo("payment.recorded"),
            _ => Lines::Own(Vec::new()),
        },
        "bank_line" => match event.decode()? {
            BankLineEvent::Entered(line) => Lines::Own(of_bank_line(&line)),
            BankLineEvent::Returned { .. } => Lines::Undo("bank_line.entered"),
            BankLineEvent::Matched { shares, .. } => {
                let line = BankReference::try_new(id).map_err(invalid)?;
                Lines::Own(of_payroll_match(&line, &shares))
            }
            BankLineEvent::Unmatched { shares, .. } => {
                let line = BankReference::try_new(id).map_err(invalid)?;
                Lines::Own(reversed(of_payroll_match(&line, &shares)))
            }
            _ => Lines::Own(Vec::new()),
        },
        "refund" => match event.decode()? {
            RefundEvent::Paid(paid) => {
                let refund_id = RefundId::try_new(id).map_err(invalid)?;
                Lines::Own(of_refund(&refund_id, &paid))
            }
            RefundEvent::Returned { .. } => Lines::Undo("refund.paid"),
            _ => Lines::Own(Vec::new()),
        },
        _ => {
            let mut parts = id.split('@').map(CampusId::try_new);
            let (Some(from), Some(to)) = (parts.next(), parts.next()) else {
                return Err(ProjectionError::Invalid(format!(
                    "no pair of campuses: {id}"
                )));
            };
            let pair = (&from.map_err(invalid)?, &to.map_err(invalid)?);
            Lines::Own(of_clearing(pair, &event.decode::<ClearingEvent>()?))
        }
    })
}

/// The lines of an earlier event of the same stream: of this batch, or stored.
async fn earlier(
    event: &RecordedEvent,
    event_type: &str,
    rows: &[LedgerRow],
    connection: &mut PgConnection,
) -> Result<Vec<Posting>, ProjectionError> {
    let source = event.stream.to_string();
    let in_batch = rows
        .iter()
        .filter(|row| row.source == source && row.event_type == event_type);
    let found: Vec<Posting> = in_batch
        .map(|row| Posting {
            account: row.account,
            subject: row.subject.clone(),
            debit: row.debit,
            credit: row.credit,
        })
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let stored = sqlx::query(
        "SELECT account, subject, debit, credit FROM read_ledger \
         WHERE source = $1 AND event_type = $2 ORDER BY leaf_index, line",
    )
    .bind(&source)
    .bind(event_type)
    .fetch_all(connection)
    .await?;
    let posting = |row: &sqlx::postgres::PgRow| {
        Ok(Posting {
            account: field(row, "account")?,
            subject: row.try_get("subject")?,
            debit: fen(row, "debit")?,
            credit: fen(row, "credit")?,
        })
    };
    let stored: Result<Vec<Posting>, sqlx::Error> = stored.iter().map(posting).collect();
    Ok(stored?)
}
