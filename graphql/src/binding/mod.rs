//! Binding accounts to customers.

mod mutation;
mod query;
mod subscription;
mod types;

pub use mutation::BindingMutation;
pub use query::BindingQuery;
pub use subscription::{BindingSubscription, WorkQueue};
pub use types::{Binding, BindingStatus};
