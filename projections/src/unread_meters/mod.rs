//! The unread list (未抄表计清单): what is left of a walk, and why.

mod projector;
pub mod query;
mod row;
pub mod tally;
#[cfg(test)]
mod tests;

pub use projector::UnreadMetersProjector;
pub use query::{UnreadFilter, UnreadOrderBy, UnreadRow};
pub use row::{ConflictRow, RoundRow, WalkState};
pub use tally::{Figures, Share, ShareBy, UnreadSummary};
