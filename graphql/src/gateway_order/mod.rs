//! Paying at a payment gateway.

mod mutation;
mod query;
mod types;

pub use mutation::GatewayOrderMutation;
pub use query::GatewayOrderQuery;
pub use types::{GatewayChannel, OnlinePayment};
