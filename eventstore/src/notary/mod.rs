//! The log made provable: a Merkle tree over it, signed heads, proofs, and the check of the whole.

mod audit;
mod background;
mod error;
mod job;
mod leaves;
mod publish;
mod tree;

pub(crate) use background::NotaryJob;

pub use audit::{AuditReport, Finding, audit_log};
pub use error::NotaryError;
pub use job::{Notary, NotaryOptions};
pub use publish::{CheckpointSink, FolderSink};
pub use tree::{latest_checkpoint, prove_event, tile};
