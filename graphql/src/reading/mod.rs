//! Readings: taken, judged, reviewed, corrected; and the usage that follows from them.

mod anomalies;
mod bluetooth;
mod estimation;
mod interval;
mod mutation;
mod photo;
mod query;
mod rates;
mod review;
mod state;
mod subscription;
mod types;

pub use bluetooth::BluetoothMutation;
pub use estimation::{EstimationMutation, EstimationQuery};
pub use interval::IntervalMutation;
pub use mutation::ReadingMutation;
pub use photo::{PhotoCheckMutation, PhotoCheckQuery, PhotoCheckSubscription};
pub use query::ReadingQuery;
pub use rates::{RateInput, rate_indexes};
pub use review::ReviewMutation;
pub use state::EstimationMethod;
pub use subscription::ReadingSubscription;
pub use types::{
    Correction, CorrectionStatus, Finding, Reading, ReadingChannel, ReadingQuality, ReadingStatus,
    Rule,
};
