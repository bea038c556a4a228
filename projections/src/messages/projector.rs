use async_trait::async_trait;
use chaobiao_domain::message::MessageEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_messages`. A message is followed up once.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessagesProjector;

#[async_trait]
impl Projector for MessagesProjector {
    fn name(&self) -> &'static str {
        "messages"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["message"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_messages"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            let (follow_up, told) = match recorded.decode()? {
                MessageEvent::Resent(told) => ("resent", told),
                MessageEvent::Settled(told) => ("settled", told),
            };
            sqlx::query("INSERT INTO read_messages VALUES ($1::uuid, $2, $3, $4, $5)")
                .bind(told.message_id.as_str())
                .bind(follow_up)
                .bind(told.reason)
                .bind(told.by.to_string())
                .bind(told.at)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}
