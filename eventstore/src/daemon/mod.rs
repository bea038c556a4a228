//! What runs in the background: jobs under leases, each in steps that survive a kill.

mod error;
pub(crate) mod job;
mod lease;
pub(crate) mod metric;
pub(crate) mod progress;
mod projector;

pub use error::DaemonError;
pub use lease::Lease;
pub use projector::{ProjectionError, Projector};
