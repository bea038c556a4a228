//! 远传间隔数据: what a collector swept up of its meters in a day, interval by interval, and what
//! the rules make of it. A meter's own stream gets the readings it is billed by, and no intervals.

mod aggregate;
mod error;
mod event;
mod judge;
mod process;

pub use aggregate::{IntervalDay, IntervalDayCommand, Shown};
pub use error::IntervalError;
pub use event::{DeviceCode, IntervalDayEvent, SweepRecorded, SweptMeter};
pub use process::{MeterSweep, RecordSweep, SweepJudged, SweptFindings};

/// Of a day.
const MINUTES: u32 = 1_440;
