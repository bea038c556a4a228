use async_trait::async_trait;
use chaobiao_domain::meter::MeterEvent;
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

use super::batch::Batch;

/// Keeps `read_reading_review`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadingReviewProjector;

#[async_trait]
impl Projector for ReadingReviewProjector {
    fn name(&self) -> &'static str {
        "reading_review"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_reading_review",
            "read_reading_review_meter",
            "read_reading_review_correction",
            "read_reading_review_delay",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut batch = Batch::default();
        let mut decoded = Vec::with_capacity(events.len());
        for recorded in events {
            let event: MeterEvent = recorded.decode()?;
            batch.note_touched(&recorded.stream.aggregate_id, &event);
            decoded.push((recorded, event));
        }
        batch.load(connection).await?;
        for (recorded, event) in decoded {
            batch.apply(recorded, event)?;
        }
        batch.store(connection).await
    }
}
