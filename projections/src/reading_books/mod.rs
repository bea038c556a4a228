//! Reading books (抄表册): what is in them, when they are walked and by whom.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ReadingBooksProjector;
pub use query::BookRow;
