//! Meter (计量点): the metering point with its devices over time, its readings and their review.
//!
//! Usage is only ever derived, from two indexes and the multiplier between them; no command
//! carries a quantity.

mod aggregate;
mod check;
pub mod command;
mod correction;
mod error;
mod estimate;
mod event;
mod evidence;
mod finding;
mod handle;
mod installation;
pub mod interval;
mod judge;
mod outage;
mod photo_check;
mod process;
mod rates;
mod read_state;
mod submission;
mod supply;
#[cfg(test)]
mod tests;
mod timeline;
mod withdrawal;

pub use aggregate::{CorrectionRequest, Meter, MeterState, Submission};
pub use error::MeterError;
pub use estimate::{DrawnOver, Estimate};
pub use event::{
    Channel, CorrectionRequested, DeviceInstalled, DeviceRemoved, FaultReported, MeterEvent,
    MeterRegistered, PhotoSubmitted, Quality, ReadingAccepted, ReadingCorrected, ReadingDelayed,
    ReadingHeld, ReadingReestimated, ReadingRejected, ReadingStatus, ReadingSubmitted,
    ReadingWithdrawn, Reapportioned, RemovalReason, Review, WithdrawnCount,
};
pub use evidence::Evidence;
pub use finding::{Finding, Rule, Severity};
pub use outage::WithoutSupply;
pub use photo_check::{
    Certainty, PhotoAnalysed, PhotoCheck, PhotoDecision, PhotoReuse, PhotoReviewed, PhotoStanding,
    PhotoVerdict, ReuseSign, WheelSeen,
};
pub(crate) use process::attach_photo;
pub use process::{
    AcceptHeldReading, ApproveCorrection, CorrectionAsked, DeactivateMeter, DelayReading,
    DeviceSpec, EstimateReading, FaultFiled, InstallDevice, MeterChanged, ReactivateMeter,
    ReadingJudged, ReadingPhoto, ReadingPutOff, RecordPhotoCheck, RegisterMeter, RejectReading,
    RemoveDevice, ReplaceDevice, ReportFault, ReportedUnit, RequestCorrection, ReviewPhoto,
    StoredPhoto, SubmitReading, SubmitReportedReading,
};
pub use read_state::{ReadState, StateInput};
pub use supply::{Inactivity, MeterDeactivated, MeterReactivated, Supply};
pub use timeline::AcceptedReading;
