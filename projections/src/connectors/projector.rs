use async_trait::async_trait;
use chaobiao_domain::connector::{ConnectorEvent, ConnectorRecord};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_connectors` and `read_connectors_runs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectorsProjector;

#[async_trait]
impl Projector for ConnectorsProjector {
    fn name(&self) -> &'static str {
        "connectors"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["connector"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_connectors", "read_connectors_runs"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            let id = recorded.stream.aggregate_id.as_str();
            let event: ConnectorEvent = recorded.decode()?;
            note_run(id, &event, connection).await?;
            let before: Option<Json<ConnectorRecord>> =
                sqlx::query_scalar("SELECT record FROM read_connectors WHERE connector_id = $1")
                    .bind(id)
                    .fetch_optional(&mut *connection)
                    .await?;
            let before = before.map(|Json(record)| record);
            let Some(record) = ConnectorRecord::after(before, event) else {
                continue;
            };
            sqlx::query(
                "INSERT INTO read_connectors VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (connector_id) DO UPDATE SET (record, paused, requested, next_at) = \
                     (excluded.record, excluded.paused, excluded.requested, excluded.next_at)",
            )
            .bind(id)
            .bind(Json(&record))
            .bind(record.paused.is_some())
            .bind(record.requested)
            .bind(record.next_at)
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

async fn note_run(
    id: &str,
    event: &ConnectorEvent,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let statement = match event {
        ConnectorEvent::RunStarted { run, node, at } => sqlx::query(
            "INSERT INTO read_connectors_runs (connector_id, run, node, began_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(i64::from(*run))
        .bind(node)
        .bind(at),
        ConnectorEvent::RunEnded { run, outcome, at } => sqlx::query(
            "UPDATE read_connectors_runs SET ended_at = $3, outcome = $4 \
             WHERE connector_id = $1 AND run = $2",
        )
        .bind(id)
        .bind(i64::from(*run))
        .bind(at)
        .bind(Json(outcome)),
        _ => return Ok(()),
    };
    statement.execute(connection).await?;
    Ok(())
}
