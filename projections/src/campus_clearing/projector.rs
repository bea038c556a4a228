use async_trait::async_trait;
use chaobiao_domain::clearing::ClearingEvent;
use chaobiao_domain::units::{BillingMonth, CampusId, Fen};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_campus_clearing`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CampusClearingProjector;

#[async_trait]
impl Projector for CampusClearingProjector {
    fn name(&self) -> &'static str {
        "campus_clearing"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["campus_clearing"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_campus_clearing"]
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
    match event.decode()? {
        ClearingEvent::Owed {
            from,
            to,
            month,
            amount,
            ..
        } => add((&from, &to, month), amount, Fen::ZERO, connection).await,
        ClearingEvent::Relieved {
            from,
            to,
            month,
            amount,
            ..
        } => add((&from, &to, month), Fen::ZERO, amount, connection).await,
        ClearingEvent::Settled(settled) => {
            sqlx::query(
                "UPDATE read_campus_clearing SET settled = settled + $2, settled_by = $3, \
                 settled_at = $4 WHERE from_campus || '@' || to_campus || '@' || month = $1",
            )
            .bind(&event.stream.aggregate_id)
            .bind(settled.amount.value())
            .bind(settled.settled_by.to_string())
            .bind(settled.settled_at)
            .execute(connection)
            .await?;
            Ok(())
        }
    }
}

async fn add(
    (from, to, month): (&CampusId, &CampusId, BillingMonth),
    owed: Fen,
    relieved: Fen,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_campus_clearing AS c VALUES ($1, $2, $3, $4, $5, 0) \
         ON CONFLICT (from_campus, to_campus, month) DO UPDATE \
         SET owed = c.owed + excluded.owed, relieved = c.relieved + excluded.relieved",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .bind(month.to_string())
    .bind(owed.value())
    .bind(relieved.value())
    .execute(connection)
    .await?;
    Ok(())
}
