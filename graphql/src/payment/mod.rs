//! Taking payments, undoing them.

mod loader;
mod mutation;
mod query;
mod types;

pub(crate) use loader::ItemsOf;
pub use mutation::PaymentMutation;
pub use query::PaymentQuery;
pub(crate) use query::visible;
pub use types::{Payment, PaymentMethod};
