//! The pure half of command handling.
//!
//! A [`Process`] is a command: data that says what somebody wants. Its `decide` looks at aggregates
//! through a [`Workspace`] and either stages events and claims, or refuses. It does no IO: a stream
//! it has not been given yet ends the call with [`Stop::Need`], and the command bus loads the
//! stream and calls again. So one process can span several aggregates, and many commands can be
//! decided over one workspace and committed together, with nothing but plain functions to test.
//!
//! This crate knows neither PostgreSQL nor the product's domain.

mod context;
mod evolution;
mod payload;
mod personal;
mod process;
mod rejection;
mod snapshot;
mod stream;
mod workspace;

pub use context::{Actor, CommandContext};
pub use evolution::{UnreadableEvent, Upcasters, read_event};
pub use payload::Payload;
pub use personal::{PERSONAL_KEY, Personal, is_personal};
pub use process::{ErasedProcess, Process, ProcessRegistry, UnknownProcess};
pub use rejection::{BusinessError, Rejection, Stop};
pub use snapshot::Snapshot;
pub use stream::{ClaimKey, StagedClaim, StagedEvent, StoredEvent, StreamId};
pub use workspace::{Decided, Workspace};
