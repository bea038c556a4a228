//! What operators do with read models and parked events. Works beside a running server.

mod parked;
mod rebuild;
mod status;
mod verify;

pub use parked::{ParkedEvent, Retried, parked, retry_parked_policy, retry_parked_projection};
pub use rebuild::rebuild;
pub use status::{ConsumerStatus, consumers};
pub use verify::{DifferenceKind, RowDifference, TableVerification, Verification, verify};
