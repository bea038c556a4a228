//! How facts are kept.
//!
//! Commands come in through the [`CommandBus`], which loads streams, lets a process decide, and
//! commits its events, its outcome and its claims in one transaction. Everything that follows
//! (order, read models, policies) reads what was committed.

pub mod access;
mod aead;
mod audit;
mod bus;
mod cipher;
mod clock;
mod clock_check;
mod daemon;
mod due;
mod error;
mod forget;
mod history;
mod keys;
mod master;
pub mod notary;
pub mod operate;
mod outbox;
mod policy;
mod recorded;
mod repository;
mod sealer;
mod snapshot;
mod standby;
mod store;

pub use audit::AuditRepository;
pub use bus::{BusOptions, CommandBus, CommandError, CommandObserver, Executed, SoleWriter};
pub use cipher::Cipher;
pub use clock::{Clock, Entropy, ManualClock, SystemClock, SystemEntropy};
pub use clock_check::{CLOCK_TOLERANCE, clock_lead};
pub use daemon::{Daemon, DaemonBuilder, DaemonError, Lease, ProjectionError, Projector};
pub use due::retry_failed_due;
pub use error::StoreError;
pub use history::{HistoryError, Horizon, Known, TimeQuestion, replay};
pub use keys::{BlindIndex, MasterKey};
pub use master::{MasterKeyChange, MasterKeys, change_master_key};
pub use outbox::{Delivery, DeliveryReport, JsonLinesSender, Outgoing, Sender};
pub use policy::{OutboxMessage, Policy, PolicyError, Reaction};
pub use recorded::{EventMetadata, RecordedEvent};
pub use sealer::{SEALED_CHANNEL, SEALER_LEASE, SealedBatch, current_epoch, seal_batch};
pub use snapshot::SnapshotOptions;
pub use store::{EventStore, owner_of_message};
