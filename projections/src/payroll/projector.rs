use async_trait::async_trait;
use chaobiao_domain::payroll::{PayrollBatchEvent, PayrollBatchOpened, PayrollMandateEvent};
use chaobiao_domain::units::Fen;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde::Serialize;
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_payroll_mandates`, `read_payroll_batches`, `read_payroll_rows` and
/// `read_payroll_money`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PayrollProjector;

#[derive(Clone, Debug, Serialize)]
struct NewRow<'a> {
    batch_no: &'a str,
    account_no: &'a str,
    asked: Fen,
    state: &'static str,
}

#[async_trait]
impl Projector for PayrollProjector {
    fn name(&self) -> &'static str {
        "payroll"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["payroll_batch", "payroll_mandate"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_payroll_mandates",
            "read_payroll_batches",
            "read_payroll_rows",
            "read_payroll_money",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            if event.stream.aggregate_type == "payroll_mandate" {
                agree(event, connection).await?;
            } else {
                deduct(event, connection).await?;
            }
        }
        Ok(())
    }
}

async fn agree(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        PayrollMandateEvent::Agreed(agreed) => sqlx::query(
            "INSERT INTO read_payroll_mandates (account_no, sequence, agreed_at, noted_by) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (account_no) DO UPDATE SET \
             sequence = excluded.sequence, agreed_at = excluded.agreed_at, \
             noted_by = excluded.noted_by, ended_at = NULL, ended_reason = NULL",
        )
        .bind(id)
        .bind(event.sequence)
        .bind(agreed.agreed_at)
        .bind(agreed.noted_by.to_string()),
        PayrollMandateEvent::Ended {
            reason, ended_at, ..
        } => sqlx::query(
            "UPDATE read_payroll_mandates SET ended_at = $2, ended_reason = $3 \
             WHERE account_no = $1",
        )
        .bind(id)
        .bind(ended_at)
        .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn deduct(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        PayrollBatchEvent::Opened(opened) => return open(&opened, connection).await,
        PayrollBatchEvent::RowPaid(paid) => sqlx::query(
            "UPDATE read_payroll_rows SET state = 'paid', deducted = $3, payment_id = $4, \
             reason = NULL, decided_at = $5, decided_by = $6 \
             WHERE batch_no = $1 AND account_no = $2",
        )
        .bind(id)
        .bind(paid.account_no.to_string())
        .bind(paid.amount.value())
        .bind(paid.payment_id.to_string())
        .bind(paid.at)
        .bind(paid.by.to_string()),
        PayrollBatchEvent::RowRefused {
            account_no,
            reason,
            at,
            by,
        } => sqlx::query(
            "UPDATE read_payroll_rows SET state = 'refused', reason = $3, decided_at = $4, \
             decided_by = $5 WHERE batch_no = $1 AND account_no = $2",
        )
        .bind(id)
        .bind(account_no.to_string())
        .bind(reason)
        .bind(at)
        .bind(by.to_string()),
        PayrollBatchEvent::MoneyReceived {
            bank_reference,
            amount,
            at,
            by,
        } => sqlx::query("INSERT INTO read_payroll_money VALUES ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(bank_reference.to_string())
            .bind(amount.value())
            .bind(at)
            .bind(by.to_string()),
        PayrollBatchEvent::MoneyReleased { bank_reference, .. } => sqlx::query(
            "DELETE FROM read_payroll_money WHERE batch_no = $1 AND bank_reference = $2",
        )
        .bind(id)
        .bind(bank_reference.to_string()),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn open(
    opened: &PayrollBatchOpened,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let batch_no = opened.batch_no.as_str();
    sqlx::query("INSERT INTO read_payroll_batches VALUES ($1, $2, $3, $4, $5)")
        .bind(batch_no)
        .bind(opened.month.to_string())
        .bind(opened.total.value())
        .bind(opened.opened_at)
        .bind(opened.opened_by.to_string())
        .execute(&mut *connection)
        .await?;
    let rows: Vec<NewRow<'_>> = opened
        .rows
        .iter()
        .map(|row| NewRow {
            batch_no,
            account_no: row.account_no.as_str(),
            asked: row.amount,
            state: "asked",
        })
        .collect();
    let statement = "INSERT INTO read_payroll_rows \
         SELECT * FROM jsonb_populate_recordset(NULL::read_payroll_rows, $1)";
    store(connection, statement, &rows).await?;
    Ok(())
}
