//! Who did what, when, and from where.

mod lists;
mod projector;
mod query;

pub use lists::{AuditList, open_spans};
pub use projector::AuditTrailProjector;
pub use query::{
    AuditFilter, AuditListed, AuditOrderBy, AuditRow, AuditSample, CHANGED, entries, sample,
};
