use async_trait::async_trait;
use chaobiao_domain::import_profile::ImportProfileEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_import_profiles` and their versions. Profiles change a few times a year.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportProfilesProjector;

#[async_trait]
impl Projector for ImportProfilesProjector {
    fn name(&self) -> &'static str {
        "import_profiles"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["import_profile"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_import_profiles", "read_import_profiles_version"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for recorded in events {
            let id = recorded.stream.aggregate_id.as_str();
            let statement = match recorded.decode()? {
                ImportProfileEvent::Published(published) => {
                    sqlx::query(
                        "INSERT INTO read_import_profiles_version VALUES ($1, $2, $3, $4, $5)",
                    )
                    .bind(id)
                    .bind(i64::from(published.version))
                    .bind(Json(&published.layout))
                    .bind(recorded.recorded_at)
                    .bind(recorded.metadata.actor.to_string())
                    .execute(&mut *connection)
                    .await?;
                    sqlx::query(
                        "INSERT INTO read_import_profiles VALUES ($1, $2, $3, false) \
                         ON CONFLICT (profile_id) DO UPDATE SET (version, layout, retired) = \
                             (excluded.version, excluded.layout, false)",
                    )
                    .bind(id)
                    .bind(i64::from(published.version))
                    .bind(Json(published.layout))
                }
                ImportProfileEvent::Retired { .. } => sqlx::query(
                    "UPDATE read_import_profiles SET retired = true WHERE profile_id = $1",
                )
                .bind(id),
            };
            statement.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
