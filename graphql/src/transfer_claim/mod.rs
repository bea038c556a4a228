//! Transfers somebody says to have made, and which line of the bank's statement bears them out.

mod loader;
mod mutation;
mod query;
mod types;

pub(crate) use loader::WaitingOf;
pub use mutation::TransferClaimMutation;
pub use query::TransferClaimQuery;
