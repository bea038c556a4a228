//! 计量点档案: where a metering point is, how it is read, and whether what is kept of it is true.
//!
//! None of this decides about a reading, so it is not in the meter's own stream, which every reading
//! loads (ADR 0019).

mod aggregate;
mod class_method;
mod error;
mod event;
mod position;
mod process;
#[cfg(test)]
mod tests;

pub use aggregate::{MeteringPoint, MeteringPointCommand};
pub use class_method::{
    ClassMethod, ClassMethodCommand, ClassMethodEvent, ClassMethodSet, SetClassMethod,
};
pub use error::MeteringPointError;
pub use event::{
    CheckedFact, LocationMarked, MeteringPointEvent, Mismatch, MismatchReported, MismatchResolved,
    PointVerified, ReadingMethod, ReadingMethodSet,
};
pub use position::Position;
pub use process::{
    Finding, MarkLocation, PointChanged, PointVerifiedOutcome, ResolveMismatch, SetReadingMethod,
    VerifyPoint,
};
