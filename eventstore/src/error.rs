//! Faults of the store: never the caller's mistake.

use thiserror::Error;

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("the database did not answer as it should")]
    Database(#[from] sqlx::Error),
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    #[error("a value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("a personal field could not be sealed or opened: {0}")]
    Cipher(&'static str),
    #[error("the master key cannot be read")]
    MasterKeyUnread(#[source] std::io::Error),
    #[error("there is no master key")]
    NoMasterKey,
    #[error("the database belongs to another master key")]
    OtherMasterKey,
    #[error("the command's clock is ahead of the database by {0} s")]
    ClockAhead(i64),
    #[error(
        "a node still runs on a database that was restored beneath it; stop it, then start again"
    )]
    NodeOutlivedRestore,
    #[error("the command asks for ever more streams")]
    EndlessNeed,
    #[error("the command bus has stopped")]
    Stopped,
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
