//! Who did what, when, and from where.

mod projector;
mod query;

pub use projector::AuditTrailProjector;
pub use query::{AuditFilter, AuditOrderBy, AuditRow, CHANGED, entries};
