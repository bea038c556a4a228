//! Who came in, who was turned away, and who looked at personal data: facts about the door, kept
//! like all others.
//!
//! Each batch of entries is a stream of its own, `<day>/<batch>`: appending must cost the same
//! after a busy day as before it.

mod aggregate;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{AccessEntry, AccessEvent, AccessKind, AccessLog, AccessLogError};
pub use process::RecordAccess;
