//! What a read model has to offer.

use async_trait::async_trait;
use sqlx::PgConnection;
use thiserror::Error;

use crate::daemon::error::is_passing;
use crate::{RecordedEvent, StoreError};

/// Turns events into the rows of one read model.
///
/// Rows must be a function of the events alone: `projection verify` replays them.
#[async_trait]
pub trait Projector: Send + Sync + 'static {
    /// Stable; its tables are named `read_<name>` or `read_<name>_<part>`.
    fn name(&self) -> &'static str;

    /// Raised whenever the rows would come out differently; rows of the new version are then built
    /// beside the old ones, and take their place when they are ready.
    fn version(&self) -> i32;

    fn aggregate_types(&self) -> &'static [&'static str];

    /// The tables it owns, each with a primary key. Never qualified in SQL: `verify` and
    /// rebuilds write to another schema.
    fn tables(&self) -> &'static [&'static str];

    /// Writes what follows from `events`, which are in order, decrypted and of the wanted types.
    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError>;
}

/// Why a read model could not take an event.
#[derive(Debug, Error)]
pub enum ProjectionError {
    #[error("the rows could not be written")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Invalid(String),
}

impl ProjectionError {
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => is_passing(error),
            Self::Store(error) => error.is_passing(),
            Self::Invalid(_) => false,
        }
    }
}
