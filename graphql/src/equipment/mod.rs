//! 设备台账: models with their rules, pieces, verification.

mod input;
mod mutation;
mod query;
mod types;

pub use mutation::EquipmentMutation;
pub use query::EquipmentQuery;
