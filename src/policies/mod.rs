//! What follows from events: one file per policy.

mod articles;
mod binding_review;
mod collectors;
mod erasure;
mod gateway_orders;
mod import_undo;
mod messages;
mod outages;
mod photo_checks;
mod prepaid;
mod read_models;
mod reading_books;
mod self_read_campaigns;
mod service_cases;
mod transfers;
mod visits;

use std::sync::Arc;

use chaobiao_decision::ProcessRegistry;
use chaobiao_domain::account::FinishErasure;
use chaobiao_domain::bulletin::outage::RemindOfOutage;
use chaobiao_domain::customer::NoteOverdueBinding;
use chaobiao_domain::device_order::GiveUpDeviceOrder;
use chaobiao_domain::gateway_order::{CheckGatewayOrder, CheckGatewayRefund};
use chaobiao_domain::prepaid::OrderCutOff;
use chaobiao_domain::reading_book::StartRound;
use chaobiao_domain::self_read_campaign::RemindSelfReaders;
use chaobiao_domain::service::case::{NoteMissedReply, WarnOfDeadline};
use chaobiao_eventstore::Policy;

use crate::erasure::Keepers;
use crate::photos::PhotoAnalyst;

/// Every policy of the product.
pub fn all(keepers: Keepers, analyst: PhotoAnalyst) -> Vec<Arc<dyn Policy>> {
    vec![
        Arc::new(photo_checks::PhotoChecks {
            store: keepers.store.clone(),
            analyst,
        }),
        Arc::new(binding_review::BindingReview),
        Arc::new(service_cases::ServiceCases(keepers.store.clone())),
        Arc::new(articles::Articles(keepers.store.clone())),
        Arc::new(messages::Messages(keepers.store.clone())),
        Arc::new(outages::Outages(keepers.store.clone())),
        Arc::new(transfers::Transfers(keepers.store.clone())),
        Arc::new(visits::Visits(keepers.store.clone())),
        Arc::new(gateway_orders::GatewayOrders(keepers.store.clone())),
        Arc::new(prepaid::Prepaid(keepers.store.clone())),
        Arc::new(collectors::Collectors(keepers.store.clone())),
        Arc::new(import_undo::ImportUndo(keepers.store.clone())),
        Arc::new(erasure::Erasure(keepers)),
        Arc::new(reading_books::ReadingBooks),
        Arc::new(self_read_campaigns::SelfReadCampaigns),
    ]
}

/// The commands that policies keep for later.
pub fn processes() -> ProcessRegistry {
    ProcessRegistry::default()
        .with::<NoteOverdueBinding>()
        .with::<FinishErasure>()
        .with::<StartRound>()
        .with::<RemindSelfReaders>()
        .with::<WarnOfDeadline>()
        .with::<NoteMissedReply>()
        .with::<RemindOfOutage>()
        .with::<CheckGatewayOrder>()
        .with::<CheckGatewayRefund>()
        .with::<OrderCutOff>()
        .with::<GiveUpDeviceOrder>()
}
