//! The person who is asking: who they are, how they sign in and out.

mod query;

pub use query::{Me, ViewerKind, ViewerQuery};
