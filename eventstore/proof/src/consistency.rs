//! What an outsider is given to check that one published head continues another.

use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, check_tree};

use crate::file::{self, hashes, hex_of};
use crate::{ProofError, SignedCheckpoint, TrustedKey, follow};

/// A proof on file that the log of the newer checkpoint begins with the log of the older one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyFile {
    /// Version of this format: 1.
    pub version: u32,
    /// The signed checkpoints, as published.
    pub older: String,
    pub newer: String,
    /// Hashes that lead from the one root to the other, in hex.
    pub path: Vec<String>,
    /// The changes of the log's key so far, as published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_changes: Vec<String>,
}

impl ConsistencyFile {
    pub fn new(older: String, newer: String, path: &[Hash], key_changes: Vec<String>) -> Self {
        Self {
            version: file::VERSION,
            older,
            newer,
            path: path.iter().map(hex_of).collect(),
            key_changes,
        }
    }

    /// The file's text.
    pub fn to_text(&self) -> Result<String, ProofError> {
        file::to_text(self)
    }

    /// Reads a file that is written as [`ConsistencyFile::to_text`] does, to the byte.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        file::from_bytes(bytes)
    }

    /// Checks the proof against trusted keys; returns the older and the newer head.
    pub fn verify(
        &self,
        trusted: &[TrustedKey],
    ) -> Result<(SignedCheckpoint, SignedCheckpoint), ProofError> {
        file::check_version(self.version)?;
        let trusted = follow(trusted, self.key_changes.iter().map(String::as_str))?;
        let older = SignedCheckpoint::verify(self.older.as_bytes(), &trusted)?;
        let newer = SignedCheckpoint::verify(self.newer.as_bytes(), &trusted)?;
        let path = hashes(&self.path)?;
        let continues = if older.size == newer.size {
            path.is_empty() && older.root == newer.root
        } else {
            // Any log continues the empty one.
            (older.size == 0 && path.is_empty())
                || older.size != 0
                    && older.size < newer.size
                    && check_tree(&path, newer.size, newer.root, older.size, older.root).is_ok()
        };
        if older.origin == newer.origin && continues {
            Ok((older, newer))
        } else {
            Err(ProofError::NotContinued)
        }
    }
}
