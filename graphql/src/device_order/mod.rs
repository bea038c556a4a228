//! 设备指令: what meters behind collectors are told to do now, and what became of it.

mod mutation;
mod query;
mod types;

pub use mutation::DeviceOrderMutation;
pub use query::DeviceOrderQuery;
