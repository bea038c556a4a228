//! 消息跟进: what somebody does about a message that did not arrive, or of which nobody knows whether it
//! did. What goes out by itself goes out once; only a person sends it again, and only once.

mod aggregate;
mod error;
mod event;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{Message, MessageCommand};
pub use error::MessageError;
pub use event::{MessageEvent, MessageFollowedUp, MessageOutcome};
pub use process::{MessageChanged, ResendMessage, SettleMessage};
