//! What is shown: one folder per read model, named after the screen or report it serves.

pub mod paging;

use std::sync::Arc;

use chaobiao_eventstore::Projector;

/// Every read model of the product.
pub fn all() -> Vec<Arc<dyn Projector>> {
    Vec::new()
}
