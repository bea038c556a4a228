//! The log made provable: a Merkle tree over it, signed heads, proofs, and the check of the whole.

mod audit;
mod background;
mod error;
mod find;
mod job;
mod key;
mod leaves;
mod prove;
mod publish;
mod tree;

pub(crate) use background::NotaryJob;

pub use audit::{AuditReport, Finding, audit_log};
pub use error::NotaryError;
pub use find::{EventAt, find_event};
pub use job::{Notary, NotaryOptions};
pub use key::{LogKeys, change_key, key_changes};
pub use prove::{
    LoggedLeaf, latest_checkpoint, logged_leaf, prove_consistency, prove_event, prove_event_by,
};
pub use publish::{CheckpointSink, FolderSink};
pub use tree::tile;
