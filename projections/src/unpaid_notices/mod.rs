//! 未缴通知单: what is to be paid, by when.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::UnpaidNoticesProjector;
pub use query::{Notice, NoticeFilter, NoticeOrderBy};
