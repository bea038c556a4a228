//! Requests to bind accounts, for whoever decides them, and the bindings in force.

mod projector;
mod query;

pub use projector::BindingQueueProjector;
pub use query::{
    BindingFilter, BindingOrderBy, BindingRow, binding, bindings, bound_accounts, customers_of,
    is_bound, of_customer,
};
