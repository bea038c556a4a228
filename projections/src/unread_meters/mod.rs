//! The unread list (未抄表计清单): what is left of a walk, and why.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::{UnreadMetersProjector, WalkState};
pub use query::{RoundRow, UnreadFilter, UnreadKey, UnreadRow, UnreadSummary};
