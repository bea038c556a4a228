//! Who did what, when, and from where.

mod proof;
mod query;
mod types;

pub use proof::AuditProof;
pub(crate) use proof::proof_of;
pub use query::AuditQuery;
pub use types::{AuditEntry, AuditKind, AuditList};
