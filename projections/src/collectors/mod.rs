//! 数据采集器: how they stand, which meters hang behind them, and what was strange there.

mod forwarded;
mod projector;
pub mod query;

pub use forwarded::{ForwardedFilter, ForwardedOrderBy, ForwardedRow, forwarded};
pub use projector::CollectorsProjector;
pub use query::{CollectedMeterRow, CollectorFilter, CollectorRow, OddityRow};
