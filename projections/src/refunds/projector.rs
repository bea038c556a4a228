use async_trait::async_trait;
use chaobiao_domain::refund::{RefundEvent, RefundRequested};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_refunds`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RefundsProjector;

#[async_trait]
impl Projector for RefundsProjector {
    fn name(&self) -> &'static str {
        "refunds"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["refund"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_refunds"]
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
        RefundEvent::Requested(requested) => return request(&requested, connection).await,
        RefundEvent::Approved {
            approved_by,
            approved_at,
        } => sqlx::query(
            "UPDATE read_refunds SET state = 'approved', approved_by = $2, approved_at = $3 \
             WHERE refund_id = $1",
        )
        .bind(id)
        .bind(approved_by.to_string())
        .bind(approved_at),
        RefundEvent::Rejected {
            reason,
            rejected_by,
            rejected_at,
        } => sqlx::query(
            "UPDATE read_refunds SET state = 'rejected', ended_by = $2, ended_at = $3, \
             ended_reason = $4 WHERE refund_id = $1",
        )
        .bind(id)
        .bind(rejected_by.to_string())
        .bind(rejected_at)
        .bind(reason),
        RefundEvent::Paid(paid) => sqlx::query(
            "UPDATE read_refunds SET state = 'paid', paid_by = $2, paid_at = $3, till_id = $4, \
             bank_reference = $5 WHERE refund_id = $1",
        )
        .bind(id)
        .bind(paid.paid_by.to_string())
        .bind(paid.paid_at)
        .bind(paid.till.map(String::from))
        .bind(paid.bank_reference.map(String::from)),
        RefundEvent::Returned {
            reason,
            returned_by,
            returned_at,
            ..
        } => sqlx::query(
            "UPDATE read_refunds SET state = 'returned', ended_by = $2, ended_at = $3, \
             ended_reason = $4 WHERE refund_id = $1",
        )
        .bind(id)
        .bind(returned_by.to_string())
        .bind(returned_at)
        .bind(reason),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn request(
    requested: &RefundRequested,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_refunds (refund_id, account_no, purse, amount, method, has_payee, \
         reason, requested_by, requested_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'requested')",
    )
    .bind(requested.refund_id.as_str())
    .bind(requested.account_no.as_str())
    .bind(requested.purse.as_str())
    .bind(requested.amount.value())
    .bind(requested.method.as_str())
    .bind(requested.payee.is_some())
    .bind(&requested.reason)
    .bind(requested.requested_by.to_string())
    .bind(requested.requested_at)
    .execute(connection)
    .await?;
    Ok(())
}
