//! Customers and what is known of them.

mod mutation;

pub use mutation::CustomerMutation;
