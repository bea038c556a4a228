//! What runs in the background: jobs under leases, each in steps that survive a kill.

pub(crate) mod checkpoint;
pub(crate) mod consumer;
mod error;
pub(crate) mod feed;
mod follower;
pub(crate) mod job;
mod lease;
pub(crate) mod metric;
pub(crate) mod progress;
mod projector;
mod roll;
pub(crate) mod runner;
mod service;
mod waiting;

pub use error::DaemonError;
pub(crate) use error::is_passing;
pub use lease::Lease;
pub use projector::{ProjectionError, Projector};
pub use service::{Daemon, DaemonBuilder};
