//! 导入记录: which files were taken in, how far, and which of their rows were refused.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::ImportsProjector;
pub use query::{ImportRow, KeptRow, RefusedImportRow, UndoRow, UndoState};
