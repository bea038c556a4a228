//! What a bill asks for and is given up: asked for, approved by another, taken back once.

mod mutation;
mod query;
mod types;

pub use mutation::WaiverMutation;
pub use query::WaiverQuery;
