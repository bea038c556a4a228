//! Photos whose readings did not wait for the program to look: it looks now, and says so (X5).

use async_trait::async_trait;
use chaobiao_domain::meter::{MeterEvent, ReadingSubmitted, RecordPhotoCheck};
use chaobiao_domain::units::{BillingMonth, PhotoHash, business_date};
use chaobiao_eventstore::{EventStore, Policy, PolicyError, Reaction, RecordedEvent};
use chaobiao_graphql::support::PhotoQuestion;
use chaobiao_projections::{meter_card, photo_checks};
use chrono::TimeDelta;

use super::read_models::{later, require};
use crate::photos::PhotoAnalyst;

/// A photo that came in longer ago is history: whoever wants it read asks a person.
const TOO_LATE: TimeDelta = TimeDelta::hours(24);

pub(super) struct PhotoChecks {
    pub(super) store: EventStore,
    pub(super) analyst: PhotoAnalyst,
}

impl PhotoChecks {
    async fn look(
        &self,
        event: &RecordedEvent,
        submitted: ReadingSubmitted,
        photo: PhotoHash,
    ) -> Result<Option<RecordPhotoCheck>, PolicyError> {
        require(&self.store, &["photo_checks", "meter_card"], event).await?;
        let pool = self.store.pool();
        let id = submitted.reading_id.to_string();
        let known = photo_checks::query::by_ids(pool, &[id]).await;
        if !known.map_err(later)?.is_empty() {
            return Ok(None);
        }
        let number = event.stream.aggregate_id.clone();
        let cards = meter_card::query::by_numbers(pool, &[number]).await;
        let Some(card) = cards.map_err(later)?.pop() else {
            return Ok(None);
        };
        let month = BillingMonth::of(business_date(submitted.read_at));
        let question = PhotoQuestion::new(photo, &card, submitted.index, month);
        match self.analyst.judge(&question).await {
            Ok(check) => Ok(check.map(|check| RecordPhotoCheck {
                meter_no: card.meter_no,
                reading_id: submitted.reading_id,
                check,
            })),
            // A photo nobody can read off must not keep the others waiting.
            Err(error) => {
                tracing::warn!(reading = %submitted.reading_id, %error, "a photo was not judged");
                Ok(None)
            }
        }
    }
}

#[async_trait]
impl Policy for PhotoChecks {
    fn name(&self) -> &'static str {
        "photo_checks"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter"]
    }

    /// What is on a photo does not stand in the event.
    fn react(&self, _: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        Ok(Vec::new())
    }

    async fn gather(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        if event.event_type != "meter.reading_submitted" {
            return Ok(Vec::new());
        }
        if self.store.clock().now() - event.recorded_at > TOO_LATE {
            return Ok(Vec::new());
        }
        let MeterEvent::ReadingSubmitted(submitted) = event.decode()? else {
            return Ok(Vec::new());
        };
        let Some(photo) = submitted.photo.clone() else {
            return Ok(Vec::new());
        };
        let record = self.look(event, submitted, photo).await?;
        Ok(record
            .map(|process| Reaction::Run {
                process: Box::new(process),
                label: "check".to_owned(),
            })
            .into_iter()
            .collect())
    }
}
