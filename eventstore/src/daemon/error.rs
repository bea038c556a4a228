//! Faults of background work, and which of them time heals.

use thiserror::Error;

use crate::StoreError;

/// Why a background job stopped short.
#[derive(Debug, Error)]
pub enum DaemonError {
    #[error("the lease on {name} has been taken over")]
    LeaseLost { name: String },
    /// Not a fault: another program's rows, or none.
    #[error("{name} is stored in version {stored:?}, this program has version {own}")]
    OtherVersion {
        name: String,
        stored: Option<i32>,
        own: i32,
    },
    #[error("the database did not answer as it should")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Notary(#[from] crate::notary::NotaryError),
    #[error("{0}")]
    Refused(String),
}

/// Whether the same statement may succeed later: the fault is that of the moment (connection,
/// deadlock, shortage), not of the data.
pub(crate) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Connection, transaction rollback, resources, object state, intervention, system.
            ["08", "40", "53", "55", "57", "58"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl StoreError {
    /// Whether the same command may succeed later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => is_passing(error),
            Self::Stopped | Self::ClockAhead(_) | Self::MasterKeyUnread(_) => true,
            Self::Corrupt(_)
            | Self::Json(_)
            | Self::Cipher(_)
            | Self::EndlessNeed
            | Self::NoMasterKey
            | Self::OtherMasterKey
            | Self::NodeOutlivedRestore => false,
        }
    }
}
