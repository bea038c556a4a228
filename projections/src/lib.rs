//! What is shown: one folder per read model, named after the screen or report it serves.

pub mod audit_trail;
pub mod binding_queue;
pub mod directory;
#[cfg(test)]
mod fixture;
pub mod meter_card;
pub mod paging;
pub mod personal;
pub mod reading_review;
mod rows;
pub mod unread_meters;
pub mod usage_history;

use std::sync::Arc;

use chaobiao_eventstore::Projector;

/// Every read model, for the daemon to keep.
pub fn all() -> Vec<Arc<dyn Projector>> {
    vec![
        Arc::new(meter_card::MeterCardProjector),
        Arc::new(reading_review::ReadingReviewProjector),
        Arc::new(unread_meters::UnreadMetersProjector),
        Arc::new(usage_history::UsageHistoryProjector),
        Arc::new(audit_trail::AuditTrailProjector),
        Arc::new(binding_queue::BindingQueueProjector),
        Arc::new(directory::DirectoryProjector),
    ]
}
