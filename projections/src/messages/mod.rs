//! Messages to people (消息): each with what became of it, what its carrier says, and what somebody did
//! about one that did not arrive. The messages stand in the outbox; only the last is a read model.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::MessagesProjector;
pub use query::{CarrierReport, FollowUp, MessageFilter, MessageKey, MessageRow};
