use async_trait::async_trait;
use chaobiao_domain::rating::TariffSchedule;
use chaobiao_domain::tariff::TariffEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent, StoreError};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Keeps `read_tariffs`. Tariffs change a few times a year: row by row is good enough.
#[derive(Clone, Copy, Debug, Default)]
pub struct TariffsProjector;

#[async_trait]
impl Projector for TariffsProjector {
    fn name(&self) -> &'static str {
        "tariffs"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["tariff"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_tariffs"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            match event.decode()? {
                TariffEvent::Defined(defined) => {
                    sqlx::query(
                        "INSERT INTO read_tariffs (tariff_id, name, commodity, payment_days, \
                         schedule) VALUES ($1, $2, $3, $4, $5)",
                    )
                    .bind(defined.tariff_id.as_str())
                    .bind(&defined.name)
                    .bind(defined.schedule.commodity().as_str())
                    .bind(i32::from(defined.payment_days))
                    .bind(Json(&defined.schedule))
                    .execute(&mut *connection)
                    .await?;
                }
                TariffEvent::LateFeeSet(terms) => {
                    sqlx::query(
                        "UPDATE read_tariffs SET late_fees = late_fees || jsonb_build_array($2::jsonb) \
                         WHERE tariff_id = $1",
                    )
                    .bind(&event.stream.aggregate_id)
                    .bind(Json(&terms))
                    .execute(&mut *connection)
                    .await?;
                }
                TariffEvent::VersionPublished { version } => {
                    let tariff_id = &event.stream.aggregate_id;
                    let Json(schedule): Json<TariffSchedule> = sqlx::query_scalar(
                        "SELECT schedule FROM read_tariffs WHERE tariff_id = $1",
                    )
                    .bind(tariff_id)
                    .fetch_one(&mut *connection)
                    .await?;
                    let schedule = schedule.with_version(version).map_err(|error| {
                        StoreError::Corrupt(format!("tariff {tariff_id}: {error}"))
                    })?;
                    sqlx::query("UPDATE read_tariffs SET schedule = $2 WHERE tariff_id = $1")
                        .bind(tariff_id)
                        .bind(Json(schedule))
                        .execute(&mut *connection)
                        .await?;
                }
            }
        }
        Ok(())
    }
}
