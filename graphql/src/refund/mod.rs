//! Money that is given back: asked for, approved by another, paid out.

mod mutation;
mod query;
mod types;

pub use mutation::RefundMutation;
pub use query::RefundQuery;
pub(crate) use types::RefundMethod;
