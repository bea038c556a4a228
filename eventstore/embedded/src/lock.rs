//! File locks with a deadline. The kernel drops them when their process dies, however it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::EmbeddedError;

const RETRY: Duration = Duration::from_millis(20);
const PATIENCE_SECONDS: u64 = 120;

/// One lock file, held while this value lives.
#[derive(Debug)]
pub(crate) struct LockFile {
    file: File,
    path: PathBuf,
}

impl LockFile {
    pub(crate) fn open(path: PathBuf) -> Result<Self, EmbeddedError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            // Whoever can open a lock file can hold the lock.
            .mode(0o600)
            .open(&path)
            .map_err(EmbeddedError::io(&path))?;
        Ok(Self { file, path })
    }

    /// Whether the lock could be had alone, at once.
    pub(crate) fn try_exclusive(&self) -> Result<bool, EmbeddedError> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(source)) => Err(EmbeddedError::io(&self.path)(source)),
        }
    }

    /// Waits for the lock, but not for ever: whoever holds it may be stuck.
    pub(crate) async fn exclusive(&self) -> Result<(), EmbeddedError> {
        let deadline = Instant::now() + Duration::from_secs(PATIENCE_SECONDS);
        while !self.try_exclusive()? {
            if Instant::now() > deadline {
                let what = format!("the lock {}", self.path.display());
                return Err(EmbeddedError::TimedOut {
                    what,
                    seconds: PATIENCE_SECONDS,
                });
            }
            tokio::time::sleep(RETRY).await;
        }
        Ok(())
    }

    /// Shares the lock; an exclusive hold of this same file becomes a shared one. Callers hold
    /// the start lock, so nobody can hold this one alone for long.
    pub(crate) fn share(&self) -> Result<(), EmbeddedError> {
        self.file
            .lock_shared()
            .map_err(EmbeddedError::io(&self.path))
    }

    /// Leaves this process's id in the file, for the message to whoever is refused.
    pub(crate) fn sign(&mut self) -> Result<(), EmbeddedError> {
        let path = self.path.clone();
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file
                .write_all(std::process::id().to_string().as_bytes())
        };
        write().map_err(EmbeddedError::io(path))
    }

    pub(crate) fn signature(&mut self) -> String {
        let mut text = String::new();
        // Only used to word a message: an unreadable signature must not hide the refusal.
        let _ = self.file.read_to_string(&mut text);
        if text.is_empty() {
            "?".to_owned()
        } else {
            text
        }
    }
}
