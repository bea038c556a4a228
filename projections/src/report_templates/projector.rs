use async_trait::async_trait;
use chaobiao_domain::report_template::ReportTemplateEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_report_templates`. Templates change a few times a year.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportTemplatesProjector;

#[async_trait]
impl Projector for ReportTemplatesProjector {
    fn name(&self) -> &'static str {
        "report_templates"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["report_template"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_report_templates"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            let id = recorded.stream.aggregate_id.as_str();
            let statement = match recorded.decode()? {
                ReportTemplateEvent::Published(published) => sqlx::query(
                    "INSERT INTO read_report_templates VALUES ($1, $2, $3, false) \
                     ON CONFLICT (template_id) DO UPDATE SET (version, layout, retired) = \
                         (excluded.version, excluded.layout, false)",
                )
                .bind(id)
                .bind(i64::from(published.version))
                .bind(Json(published.layout)),
                ReportTemplateEvent::Retired { .. } => sqlx::query(
                    "UPDATE read_report_templates SET retired = true WHERE template_id = $1",
                )
                .bind(id),
            };
            statement.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
