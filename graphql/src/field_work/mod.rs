//! Field work: what readers bring home from a day without a network.

mod mutation;
mod route;
mod sync;

pub use mutation::FieldWorkMutation;
pub use route::FieldWorkQuery;
