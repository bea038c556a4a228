//! Meter (计量点): the metering point with its devices over time, its readings and their review.
//!
//! Usage is only ever derived, from two indexes and the multiplier between them; no command
//! carries a quantity.

mod aggregate;
mod check;
pub mod command;
mod correction;
mod error;
mod event;
mod finding;
mod handle;
mod installation;
mod process;
mod submission;
mod supply;
#[cfg(test)]
mod tests;
mod timeline;

pub use aggregate::{CorrectionRequest, Meter, MeterState, Submission};
pub use error::MeterError;
pub use event::{
    Channel, CorrectionRequested, DeviceInstalled, DeviceRemoved, FaultReported, MeterEvent,
    MeterRegistered, PhotoSubmitted, Quality, ReadingAccepted, ReadingCorrected, ReadingHeld,
    ReadingRejected, ReadingStatus, ReadingSubmitted, Reapportioned, RemovalReason, Review,
};
pub use finding::{Finding, Rule, Severity};
pub(crate) use process::attach_photo;
pub use process::{
    AcceptHeldReading, ApproveCorrection, CorrectionAsked, DeactivateMeter, DeviceSpec, FaultFiled,
    InstallDevice, MeterChanged, ReactivateMeter, ReadingJudged, ReadingPhoto, RegisterMeter,
    RejectReading, ReplaceDevice, ReportFault, RequestCorrection, StoredPhoto, SubmitReading,
};
pub use supply::{Inactivity, MeterDeactivated, MeterReactivated, Supply};
pub use timeline::AcceptedReading;
