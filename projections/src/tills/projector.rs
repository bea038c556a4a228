use async_trait::async_trait;
use chaobiao_domain::till::{CashMonthEvent, TillEvent, TillMethod, TillSigned};
use chaobiao_domain::units::Fen;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_tills`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TillsProjector;

#[async_trait]
impl Projector for TillsProjector {
    fn name(&self) -> &'static str {
        "tills"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["till", "cash_month"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_tills", "read_tills_month"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.stream.aggregate_type.as_str() {
                "till" => project(event, connection).await?,
                _ => close(event, connection).await?,
            }
        }
        Ok(())
    }
}

async fn close(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    if let CashMonthEvent::Closed {
        campus,
        month,
        closed_by,
        closed_at,
    } = event.decode()?
    {
        sqlx::query("INSERT INTO read_tills_month VALUES ($1, $2, $3, $4)")
            .bind(campus.as_str())
            .bind(month.to_string())
            .bind(closed_by.to_string())
            .bind(closed_at)
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    let query = match event.decode()? {
        TillEvent::Opened { till_id } => sqlx::query(
            "INSERT INTO read_tills (till_id, campus, day, cashier, state, cash, cheque, payments) \
             VALUES ($1, $2, $3, $4, 'open', 0, 0, 0)",
        )
        .bind(id)
        .bind(till_id.campus.to_string())
        .bind(till_id.date)
        .bind(till_id.cashier.to_string()),
        TillEvent::PaymentTaken { method, amount, .. } => {
            return add(id, method, amount.value(), 1, connection).await;
        }
        TillEvent::PaymentRefunded { method, amount, .. } => {
            let amount = amount.checked_neg().unwrap_or(Fen::ZERO);
            return add(id, method, amount.value(), 0, connection).await;
        }
        TillEvent::RefundPaid { amount, .. } => {
            let amount = amount.checked_neg().unwrap_or(Fen::ZERO);
            return add(id, TillMethod::Cash, amount.value(), 0, connection).await;
        }
        TillEvent::RefundReturned { amount, .. } => {
            return add(id, TillMethod::Cash, amount.value(), 0, connection).await;
        }
        TillEvent::Signed(signed) => return sign(id, &signed, connection).await,
        TillEvent::Approved { approved_by } => sqlx::query(
            "UPDATE read_tills SET state = 'approved', approved_by = $2, approved_at = $3 \
             WHERE till_id = $1",
        )
        .bind(id)
        .bind(approved_by.to_string())
        .bind(event.recorded_at),
        TillEvent::Reopened { reason, .. } => sqlx::query(
            "UPDATE read_tills SET state = 'open', counted_cash = NULL, counted_cheque = NULL, \
             reason = NULL, signed_at = NULL, reopened_reason = $2 WHERE till_id = $1",
        )
        .bind(id)
        .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn add(
    id: &str,
    method: TillMethod,
    amount: i64,
    payments: i32,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let (cash, cheque) = match method {
        TillMethod::Cash => (amount, 0),
        TillMethod::Cheque => (0, amount),
    };
    sqlx::query(
        "UPDATE read_tills SET cash = cash + $2, cheque = cheque + $3, payments = payments + $4 \
         WHERE till_id = $1",
    )
    .bind(id)
    .bind(cash)
    .bind(cheque)
    .bind(payments)
    .execute(connection)
    .await?;
    Ok(())
}

async fn sign(
    id: &str,
    signed: &TillSigned,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let counted = |method| {
        let of = signed.counts.iter().find(|count| count.method == method);
        of.map(|count| count.counted.value())
    };
    sqlx::query(
        "UPDATE read_tills SET state = 'signed', counted_cash = $2, counted_cheque = $3, \
         reason = $4, signed_at = $5 WHERE till_id = $1",
    )
    .bind(id)
    .bind(counted(TillMethod::Cash))
    .bind(counted(TillMethod::Cheque))
    .bind(&signed.reason)
    .bind(signed.signed_at)
    .execute(connection)
    .await?;
    Ok(())
}
