use async_trait::async_trait;
use chaobiao_domain::customer::CustomerEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_binding_queue`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BindingQueueProjector;

#[async_trait]
impl Projector for BindingQueueProjector {
    fn name(&self) -> &'static str {
        "binding_queue"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["customer"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_binding_queue"]
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
    let query = match event.decode()? {
        // That a request is late follows from its due time, which the reader compares.
        CustomerEvent::Registered(_)
        | CustomerEvent::WechatLinked { .. }
        | CustomerEvent::WechatUnlinked
        | CustomerEvent::WechatFollowed { .. }
        | CustomerEvent::WechatUnfollowed { .. }
        | CustomerEvent::BindingDeadlineMissed { .. }
        | CustomerEvent::Erased => return Ok(()),
        CustomerEvent::BindingRequested(request) => sqlx::query(
            "INSERT INTO read_binding_queue (binding_id, state, requested_at, customer_id, \
             account_no, due_at, due_provisional) VALUES ($1, 'pending', $2, $3, $4, $5, $6)",
        )
        .bind(String::from(request.binding_id))
        .bind(event.recorded_at)
        .bind(&event.stream.aggregate_id)
        .bind(String::from(request.account_no))
        .bind(request.due_at)
        .bind(request.due_provisional),
        CustomerEvent::BindingApproved { binding_id } => sqlx::query(
            "UPDATE read_binding_queue SET state = 'approved', decided_at = $2, decided_by = $3 \
             WHERE binding_id = $1",
        )
        .bind(String::from(binding_id))
        .bind(event.recorded_at)
        .bind(event.metadata.actor.to_string()),
        CustomerEvent::BindingRejected { binding_id, reason } => sqlx::query(
            "UPDATE read_binding_queue SET state = 'rejected', decided_at = $2, decided_by = $3, \
             reason = $4, ended_at = $2 WHERE binding_id = $1",
        )
        .bind(String::from(binding_id))
        .bind(event.recorded_at)
        .bind(event.metadata.actor.to_string())
        .bind(reason),
        CustomerEvent::BindingRevoked { binding_id } => sqlx::query(
            "UPDATE read_binding_queue SET state = 'revoked', ended_at = $2 WHERE binding_id = $1",
        )
        .bind(String::from(binding_id))
        .bind(event.recorded_at),
    };
    query.execute(connection).await?;
    Ok(())
}
