//! 支付平台对账: each day of a payment gateway beside what is recorded here.

mod projector;
pub mod query;
#[cfg(test)]
mod tests;

pub use projector::GatewayStatementsProjector;
pub use query::{StatementKey, StatementRow};
