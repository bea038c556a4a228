//! 远传间隔数据, by meter and day.

mod projector;
pub mod query;

pub use projector::IntervalsProjector;
pub use query::IntervalsRow;
