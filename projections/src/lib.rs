//! What is shown: one folder per read model, named after the screen or report it serves.

#[cfg(test)]
mod fixture;
pub mod meter_card;
pub mod paging;
pub mod reading_review;
mod rows;
pub mod unread_meters;
pub mod usage_history;

use std::sync::Arc;

use chaobiao_eventstore::Projector;

/// Every read model of the product.
pub fn all() -> Vec<Arc<dyn Projector>> {
    vec![
        Arc::new(meter_card::MeterCardProjector),
        Arc::new(reading_review::ReadingReviewProjector),
        Arc::new(unread_meters::UnreadMetersProjector),
        Arc::new(usage_history::UsageHistoryProjector),
    ]
}
