use async_trait::async_trait;
use chaobiao_domain::gateway_statement::GatewayStatementEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_gateway_statements`.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatewayStatementsProjector;

#[async_trait]
impl Projector for GatewayStatementsProjector {
    fn name(&self) -> &'static str {
        "gateway_statements"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["gateway_statement"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_gateway_statements"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let GatewayStatementEvent::Compared(compared) = event.decode()?;
            sqlx::query(
                "INSERT INTO read_gateway_statements \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                 ON CONFLICT (channel, merchant, day) DO UPDATE SET file = excluded.file, \
                     there_rows = excluded.there_rows, there_paid = excluded.there_paid, \
                     there_refunded = excluded.there_refunded, \
                     agreed_rows = excluded.agreed_rows, agreed_paid = excluded.agreed_paid, \
                     agreed_refunded = excluded.agreed_refunded, \
                     differences = excluded.differences, compared_at = excluded.compared_at, \
                     compared_by = excluded.compared_by",
            )
            .bind(compared.channel)
            .bind(compared.merchant)
            .bind(compared.day)
            .bind(compared.file.as_str())
            .bind(i64::from(compared.there.rows))
            .bind(compared.there.paid.value())
            .bind(compared.there.refunded.value())
            .bind(i64::from(compared.agreed.rows))
            .bind(compared.agreed.paid.value())
            .bind(compared.agreed.refunded.value())
            .bind(Json(compared.differences))
            .bind(compared.compared_at)
            .bind(event.metadata.actor.to_string())
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}
