//! 减免与核销, as they stand.

mod projector;
pub mod query;

pub use projector::WaiversProjector;
pub use query::{WaiverFilter, WaiverKey, WaiverRow};
