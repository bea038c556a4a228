//! A command as it goes across, and how it is sealed.

use aes_gcm::{Aes256Gcm, Key};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::config::{ConfigError, RelayConfig};
use crate::sealing;

const HEAD: &[u8; 4] = b"CBR\x01";

/// Neither who listens on the way nor who writes there gets anywhere without it.
#[derive(Clone)]
pub(super) struct RelayKey(Key<Aes256Gcm>);

impl RelayKey {
    pub(super) fn read(config: &RelayConfig) -> Result<Self, ConfigError> {
        Ok(Self((*config.key()?.expose()).into()))
    }

    /// Tells keys apart and gives none away.
    pub(super) fn fingerprint(&self) -> String {
        let mut digest = Sha256::new_with_prefix(b"chaobiao relay key");
        digest.update(self.0);
        hex::encode(&digest.finalize()[..8])
    }

    pub(super) fn seal(&self, clear: &[u8]) -> Option<Vec<u8>> {
        sealing::seal(&self.0, HEAD, clear)
    }

    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        if !sealed.starts_with(HEAD) {
            return None;
        }
        sealing::open(&self.0, HEAD.len(), sealed)
    }
}

/// A command by the name of its process. Its id makes it one, however often it arrives.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: Uuid,
    pub(super) process: String,
    pub(super) body: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r37_what_is_sealed_is_read_with_the_key_alone() {
        let (ours, other) = (RelayKey([1; 32].into()), RelayKey([2; 32].into()));
        let sealed = ours.seal(b"a round").unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"a round"));
        assert_eq!(ours.open(&sealed).unwrap(), b"a round");
        assert_eq!(other.open(&sealed), None);
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(ours.open(&damaged), None, "{at}");
            assert_eq!(ours.open(&sealed[..at]), None, "{at}");
        }
    }
}
