//! 预收费: accounts that pay before, how low their money is, and whether they are supplied.

mod projector;
pub mod query;

pub use projector::PrepaidProjector;
pub use query::{PrepaidFilter, PrepaidRow};
