//! Field work: what readers bring home from a day without a network.

mod mutation;
mod sync;

pub use mutation::FieldWorkMutation;
