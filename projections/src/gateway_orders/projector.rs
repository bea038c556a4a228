use async_trait::async_trait;
use chaobiao_domain::gateway_order::{
    CallOutcome, DisputeCause, Finding, GatewayOrderEvent, OrderPlaced, Report,
};
use chaobiao_domain::units::PaymentId;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use serde_json::Value;
use sqlx::PgConnection;

/// Keeps `read_gateway_orders` and its accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatewayOrdersProjector;

#[async_trait]
impl Projector for GatewayOrdersProjector {
    fn name(&self) -> &'static str {
        "gateway_orders"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["gateway_order"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_gateway_orders", "read_gateway_orders_account"]
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
    let order_no = &event.stream.aggregate_id;
    let query = match event.decode()? {
        GatewayOrderEvent::Placed(placed) => return place(&placed, connection).await,
        GatewayOrderEvent::ReportHeld(report) => return hold(event, &report, connection).await,
        GatewayOrderEvent::Confirmed(report) => sqlx::query(
            "UPDATE read_gateway_orders SET transaction_id = $2, paid_at = $3 WHERE order_no = $1",
        )
        .bind(order_no)
        .bind(report.transaction_id)
        .bind(report.paid_at.unwrap_or(event.recorded_at)),
        GatewayOrderEvent::Disputed { cause, report } => {
            return dispute(order_no, cause, report.as_ref(), connection).await;
        }
        GatewayOrderEvent::DisputeResolved { note, .. } => sqlx::query(
            "UPDATE read_gateway_orders SET cause = NULL, note = $2 WHERE order_no = $1",
        )
        .bind(order_no)
        .bind(note),
        GatewayOrderEvent::Closed { at } => {
            sqlx::query("UPDATE read_gateway_orders SET closed_at = $2 WHERE order_no = $1")
                .bind(order_no)
                .bind(at)
        }
        GatewayOrderEvent::Settled { payment_id } => {
            sqlx::query("UPDATE read_gateway_orders SET payment_id = $2 WHERE order_no = $1")
                .bind(order_no)
                .bind(PaymentId::as_str(&payment_id).to_owned())
        }
        GatewayOrderEvent::RefundAsked(asked) => sqlx::query(
            "UPDATE read_gateway_orders SET refund_no = $2, refund_of = $3, \
             refund_state = 'asked' WHERE order_no = $1",
        )
        .bind(order_no)
        .bind(asked.refund_no.to_string())
        .bind(asked.transaction_id),
        GatewayOrderEvent::Refunded { .. } => sqlx::query(
            "UPDATE read_gateway_orders SET refund_state = 'done', cause = NULL \
             WHERE order_no = $1",
        )
        .bind(order_no),
        GatewayOrderEvent::RefundFailed { .. } => sqlx::query(
            "UPDATE read_gateway_orders SET refund_state = 'failed' WHERE order_no = $1",
        )
        .bind(order_no),
        GatewayOrderEvent::HandedOver { outcome, .. }
        | GatewayOrderEvent::RefundAnswered { outcome, .. } => trouble(order_no, told(outcome)),
        GatewayOrderEvent::QueryAnswered { finding, .. } => trouble(order_no, found(finding)),
        GatewayOrderEvent::QueryAsked(_) | GatewayOrderEvent::RefundQueryAsked(_) => return Ok(()),
    };
    query.execute(connection).await?;
    Ok(())
}

type Update<'a> = sqlx::query::Query<'a, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn trouble(order_no: &str, trouble: Option<String>) -> Update<'_> {
    sqlx::query("UPDATE read_gateway_orders SET trouble = $2 WHERE order_no = $1")
        .bind(order_no)
        .bind(trouble)
}

fn told(outcome: CallOutcome) -> Option<String> {
    match outcome {
        CallOutcome::Accepted => None,
        CallOutcome::Refused { code } => Some(code),
        CallOutcome::Unknown { detail } => Some(detail),
    }
}

fn found(finding: Finding) -> Option<String> {
    match finding {
        Finding::Open | Finding::Closed => None,
        Finding::Failed { code } => Some(code),
        Finding::Unknown { detail } => Some(detail),
    }
}

/// What was held before takes the order's own figures.
async fn place(placed: &OrderPlaced, connection: &mut PgConnection) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_gateway_orders \
             (order_no, channel, customer_id, amount, placed_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (order_no) DO UPDATE SET channel = excluded.channel, \
             customer_id = excluded.customer_id, amount = excluded.amount, \
             placed_at = excluded.placed_at, expires_at = excluded.expires_at, \
             reported_amount = NULL, reported_id = NULL",
    )
    .bind(placed.order_no.as_str())
    .bind(placed.channel.as_str())
    .bind(placed.customer_id.as_str())
    .bind(placed.amount.value())
    .bind(placed.placed_at)
    .bind(placed.expires_at)
    .execute(&mut *connection)
    .await?;
    let accounts: Vec<&str> = placed.accounts.iter().map(AsRef::as_ref).collect();
    sqlx::query(
        "INSERT INTO read_gateway_orders_account SELECT $1, unnest($2::text[]) \
         ON CONFLICT DO NOTHING",
    )
    .bind(placed.order_no.as_str())
    .bind(accounts)
    .execute(connection)
    .await?;
    Ok(())
}

async fn hold(
    event: &RecordedEvent,
    report: &Report,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_gateway_orders \
             (order_no, channel, amount, placed_at, reported_amount, reported_id) \
         VALUES ($1, $2, $3, $4, $3, $5) ON CONFLICT (order_no) DO NOTHING",
    )
    .bind(&event.stream.aggregate_id)
    .bind(report.channel.as_str())
    .bind(report.amount.value())
    .bind(event.recorded_at)
    .bind(&report.transaction_id)
    .execute(connection)
    .await?;
    Ok(())
}

async fn dispute(
    order_no: &str,
    cause: DisputeCause,
    report: Option<&Report>,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let cause = match serde_json::to_value(cause) {
        Ok(Value::String(cause)) => cause,
        other => return Err(ProjectionError::Invalid(format!("{other:?} is no cause"))),
    };
    sqlx::query(
        "UPDATE read_gateway_orders SET cause = $2, reported_amount = $3, reported_id = $4 \
         WHERE order_no = $1",
    )
    .bind(order_no)
    .bind(cause)
    .bind(report.map(|report| report.amount.value()))
    .bind(report.map(|report| report.transaction_id.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}
