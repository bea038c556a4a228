//! Who did what, when, and from where.

mod query;
mod types;

pub use query::AuditQuery;
pub use types::{AuditEntry, AuditKind};
