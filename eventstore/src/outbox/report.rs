//! What the carriers of messages say of them afterwards.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{EventStore, StoreError};

const SAID_LENGTH_MAX: usize = 200;

/// Whether a message arrived, in the words of whoever carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The carrier and its number of the message, `tencent 2019:1`, as [`crate::Delivery::Sent`] has it.
    pub provider_number: String,
    /// Our number, where the carrier says it back.
    pub message_id: Option<Uuid>,
    pub delivered: bool,
    pub said: String,
    pub reported_at: DateTime<Utc>,
}

impl EventStore {
    /// Keeps a report. It may come before the carrier's answer to the call itself, and again; what
    /// has arrived once has arrived.
    pub async fn note_delivery(&self, report: &DeliveryReport) -> Result<(), StoreError> {
        let said: String = report.said.chars().take(SAID_LENGTH_MAX).collect();
        sqlx::query(
            "INSERT INTO delivery_report (provider_number, message_id, delivered, said, reported_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (provider_number) DO UPDATE \
             SET (delivered, said, reported_at) = \
                 (excluded.delivered, excluded.said, excluded.reported_at) \
             WHERE NOT delivery_report.delivered",
        )
        .bind(&report.provider_number)
        .bind(report.message_id)
        .bind(report.delivered)
        .bind(said)
        .bind(report.reported_at)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
