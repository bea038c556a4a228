//! 总分表: which meter is behind which, and what is lost between them.
//!
//! A link is a fact about the meter below, for a time; each meter below has a stream of its own.
//! Loss is derived from what the meters counted, never entered. What loss is still ordinary
//! (`LossLimits`) is dated data of the centre, by commodity.

mod error;
mod event;
mod limits;
mod loss;
mod process;
mod sub_meter;
#[cfg(test)]
mod tests;

pub use error::MeterTreeError;
pub use event::{
    LossLimitsEvent, LossLimitsSet, SubMeterEvent, SubMeterLinked, SubMeterRole, SubMeterUnlinked,
};
pub use limits::{LossBounds, LossLimits, LossLimitsCommand};
pub use loss::{Loss, LossFigures, LossVerdict};
pub use process::{LimitsChanged, LinkSubMeter, SetLossLimits, TreeChanged, UnlinkSubMeter};
pub use sub_meter::{SubMeter, SubMeterCommand};
