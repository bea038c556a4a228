//! 数据采集器: which meters hang behind which, how they stand, and what their rounds bring.

mod forwarded;
mod intervals;
mod live;
mod mutation;
mod query;
mod types;

pub use intervals::IntervalQuery;
pub use live::CollectorSubscription;
pub use mutation::CollectorMutation;
pub use query::CollectorQuery;
pub use types::MeterProtocol;
