//! Bills, the notices to pay them, and the run that issues them.

mod loader;
mod mutation;
mod query;
mod run;
mod subscription;
mod types;

pub(crate) use loader::NoticesOf;
pub use mutation::BillingMutation;
pub use query::BillingQuery;
pub use subscription::BillingSubscription;
pub use types::{Bill, BillLine, Notice};
