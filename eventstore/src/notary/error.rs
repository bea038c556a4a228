use chaobiao_proof::{CheckpointError, TreeError};
use thiserror::Error;

/// Why the log could not be extended, proven or checked.
#[derive(Debug, Error)]
pub enum NotaryError {
    #[error("the database did not answer as it should")]
    Database(#[from] sqlx::Error),
    #[error("the tree cannot be read")]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("there is no event {0} in the log")]
    UnknownEvent(uuid::Uuid),
    #[error("no checkpoint covers the event yet")]
    NotYetCovered,
    #[error("there is no checkpoint of {0} entries")]
    NoCheckpoint(u64),
    #[error("the key is not the one the log is signed with")]
    OtherKey,
    #[error("there is no such tile")]
    NoTile,
    #[error("the key could not be read or the checkpoint not be published")]
    Files(#[from] std::io::Error),
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
}
