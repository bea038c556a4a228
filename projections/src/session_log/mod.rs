//! The session log (抄表日志): what readers did in the field, by outing, meter, reader and reason.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::{EntryKind, SessionLogProjector};
pub use query::{EntryRow, LogFilter, LogKey, SessionRow};
