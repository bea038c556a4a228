//! 网上支付订单: orders at payment gateways as they stand.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::GatewayOrdersProjector;
pub use query::{OrderFilter, OrderKey, OrderRow};
