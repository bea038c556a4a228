//! Tills: what cashiers have taken, counted and signed, and closed months.

mod mutation;
mod query;
mod types;

pub use mutation::TillMutation;
pub use query::TillQuery;
