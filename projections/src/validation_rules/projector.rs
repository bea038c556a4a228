use async_trait::async_trait;
use chaobiao_domain::validation_rules::ValidationRulesEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_validation_rules`. Rules change a few times a year: row by row is good enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValidationRulesProjector;

#[async_trait]
impl Projector for ValidationRulesProjector {
    fn name(&self) -> &'static str {
        "validation_rules"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["validation_rules"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_validation_rules"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            let ValidationRulesEvent::VersionPublished(rules) = event.decode()?;
            sqlx::query(
                "INSERT INTO read_validation_rules (version, published_at, published_by, rules) \
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(i64::from(rules.version))
            .bind(event.recorded_at)
            .bind(event.metadata.actor.to_string())
            .bind(Json(&rules))
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}
