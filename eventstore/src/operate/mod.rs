//! What operators do with read models and parked events. Works beside a running server.

mod compare;
mod diff;
mod parked;
mod scheduled;
mod status;
mod verify;
mod vitals;

pub use crate::standby::{
    Built, Exchanged, Intent, Side, Sides, build, drop_standby, exchange, sides,
};
pub use compare::{DifferenceKind, RowDifference, TableComparison};
pub use diff::{Diff, diff};
pub use parked::{ParkedEvent, Retried, parked, retry_parked_policy, retry_parked_projection};
pub use scheduled::VerificationSchedule;
pub use status::{ConsumerStatus, consumers};
pub use verify::{Verification, verify};
pub use vitals::{LeaseVitals, LogVitals, VerificationVitals, Vitals, WaitingList, vitals};

pub(crate) use scheduled::VerificationJob;
pub(crate) use verify::lock_out_comparison;
