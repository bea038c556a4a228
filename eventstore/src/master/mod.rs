//! The master key: one secret outside the database, and how another takes its place (ADR 0016).

mod change;
mod hashing;
mod ring;

pub use change::{MasterKeyChange, change_master_key};
pub(crate) use hashing::HashingKeys;
pub use ring::MasterKeys;
pub(crate) use ring::{Ring, WRAPPING_LOCK, Wrapped};
