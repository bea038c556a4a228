//! 对应关系: by which numbers other systems know a metering point.
//!
//! The charging system's number is the point itself, and what is stamped on a device is a fact of
//! its installation (`meter`). The numbers of handhelds and platforms are linked to a point for a
//! time; one stream each, so that a number never means two meters on one day.

mod aggregate;
mod error;
mod event;
mod process;
mod resolve;
#[cfg(test)]
mod tests;

pub use aggregate::{MeterMapping, MeterMappingCommand};
pub use error::MeterMappingError;
pub use event::{MeterMappingEvent, NumberKind, NumberLinked, NumberUnlinked};
pub use process::{LinkMeterNumber, MappingChanged, UnlinkMeterNumber};
pub use resolve::{NumberMeaning, ResolveNumbers};
