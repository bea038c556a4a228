//! 设备指令, as they stand.

mod projector;
pub mod query;

pub use projector::DeviceOrdersProjector;
pub use query::{DeviceOrderFilter, DeviceOrderKey, DeviceOrderRow};
