use async_trait::async_trait;
use chaobiao_domain::bank_line::{BankLineEntered, BankLineEvent};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_bank_lines`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BankLinesProjector;

#[async_trait]
impl Projector for BankLinesProjector {
    fn name(&self) -> &'static str {
        "bank_lines"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["bank_line"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_bank_lines"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            project(event, connection).await?;
        }
        Ok(())
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        BankLineEvent::Entered(line) => return enter(event, &line, connection).await,
        BankLineEvent::Held { reason } => sqlx::query(
            "UPDATE read_bank_lines SET state = 'held', held_reason = $2 WHERE bank_reference = $1",
        )
        .bind(id)
        .bind(reason),
        BankLineEvent::Booked { payment_id } => sqlx::query(
            "UPDATE read_bank_lines SET state = 'booked', payment_id = $2 WHERE bank_reference = $1",
        )
        .bind(id)
        .bind(payment_id.to_string()),
        BankLineEvent::Matched { .. } => {
            sqlx::query("UPDATE read_bank_lines SET state = 'matched' WHERE bank_reference = $1")
                .bind(id)
        }
        BankLineEvent::Released { .. } | BankLineEvent::Unmatched { .. } => sqlx::query(
            "UPDATE read_bank_lines SET state = CASE WHEN held_reason IS NULL THEN 'open' \
             ELSE 'held' END, payment_id = NULL WHERE bank_reference = $1",
        )
        .bind(id),
        BankLineEvent::Returned {
            return_reference,
            reason,
            ..
        } => sqlx::query(
            "UPDATE read_bank_lines SET state = 'returned', return_reference = $2, \
             return_reason = $3 WHERE bank_reference = $1",
        )
        .bind(id)
        .bind(return_reference.to_string())
        .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn enter(
    event: &RecordedEvent,
    line: &BankLineEntered,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_bank_lines (bank_reference, amount, booked_on, account_no, has_payer, \
         has_memo, state, entered_at, entered_by) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)",
    )
    .bind(line.bank_reference.as_str())
    .bind(line.amount.value())
    .bind(line.booked_on)
    .bind(line.account_no.as_ref().map(ToString::to_string))
    .bind(line.payer.is_some())
    .bind(line.memo.is_some())
    .bind(event.recorded_at)
    .bind(line.entered_by.to_string())
    .execute(connection)
    .await?;
    Ok(())
}
