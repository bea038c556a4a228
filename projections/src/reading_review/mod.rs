//! The reading review (抄表审核): every reading with its evidence, the queue of held ones, and the
//! corrections that wait for a second person.

mod batch;
mod delay;
mod projector;
pub mod query;
mod row;
#[cfg(test)]
mod tests;

pub use delay::{DelayKey, DelayRow, delayed};
pub use projector::ReadingReviewProjector;
pub use query::{
    CorrectionFilter, CorrectionKey, Found, FoundFilter, ReadingFilter, ReadingOrderBy,
};
pub use row::{CorrectionRow, CorrectionState, ReadingRow, ReadingState};
