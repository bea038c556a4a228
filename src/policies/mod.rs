//! What follows from events: one file per policy.

mod binding_review;

use std::sync::Arc;

use chaobiao_decision::ProcessRegistry;
use chaobiao_domain::customer::NoteOverdueBinding;
use chaobiao_eventstore::Policy;

/// Every policy of the product.
pub fn all() -> Vec<Arc<dyn Policy>> {
    vec![Arc::new(binding_review::BindingReview)]
}

/// The commands that policies keep for later.
pub fn processes() -> ProcessRegistry {
    ProcessRegistry::default().with::<NoteOverdueBinding>()
}
