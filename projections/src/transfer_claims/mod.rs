//! 转账凭证: what waits to be borne out, and what became of the rest.

mod projector;
pub mod query;

pub use projector::TransferClaimsProjector;
pub use query::{ClaimFilter, ClaimKey, ClaimRow, WaitingClaim};
