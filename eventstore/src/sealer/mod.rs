//! Gives committed events their place in the one order of the store.
//!
//! Transactions commit in another order than their positions were given out, and some roll back;
//! a reader that follows `global_position` would skip what commits late. The sealer is the only
//! writer of `log`: it takes transactions that are over for good (`xid` below the oldest running
//! one), whole commits at a time, and gives their events gapless leaf numbers. That number is the
//! checkpoint of every read model and the leaf of the proofs.

mod batch;
mod epoch;
mod job;

pub use batch::{SealedBatch, seal_batch};
pub use epoch::current_epoch;
pub(crate) use job::SealerJob;

/// The lease of the one sealer.
pub const SEALER_LEASE: &str = "sealer";

/// The channel of the one notification per sealed batch; its payload is the next leaf.
pub const SEALED_CHANNEL: &str = "chaobiao_sealed";
