//! Public keys somebody decided to trust.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use signed_note::{Signature, StandardVerifier, Verifier};

use crate::CheckpointError;

/// The algorithm's number in encoded keys.
const ED25519: u8 = 1;
const RETIRED: &str = " until ";

/// A public key somebody decided to trust, and up to which size of the log.
///
/// As text it is the key in the encoding of C2SP `signed-note`; a retired one is followed by
/// ` until <size>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    encoded: String,
    id: u32,
    until: Option<u64>,
}

impl TrustedKey {
    pub fn parse(line: &str) -> Result<Self, CheckpointError> {
        let (encoded, until) = match line.trim().split_once(RETIRED) {
            Some((encoded, until)) => {
                let until = until.parse().map_err(|_| CheckpointError::Key)?;
                (encoded, Some(until))
            }
            None => (line.trim(), None),
        };
        let verifier = StandardVerifier::new(encoded).map_err(|_| CheckpointError::Key)?;
        Ok(Self {
            encoded: encoded.to_owned(),
            id: verifier.key_id(),
            until,
        })
    }

    /// The name of the key's log.
    pub fn origin(&self) -> &str {
        self.encoded.split('+').next().unwrap_or_default()
    }

    /// The key alone.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// The size of the largest checkpoint it may have signed; none while it is in use.
    pub fn until(&self) -> Option<u64> {
        self.until
    }

    /// Trusts it no further than this.
    pub fn retire(&mut self, until: u64) {
        self.until = Some(self.until.map_or(until, |before| before.min(until)));
    }

    pub(crate) fn has_made(&self, signature: &Signature) -> bool {
        signature.id() == self.id && signature.name() == self.origin()
    }
}

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.encoded)?;
        match self.until {
            Some(until) => write!(f, "{RETIRED}{until}"),
            None => Ok(()),
        }
    }
}

/// The public key of `PRIVATE+KEY+<name>+<id>+<key>`.
pub(crate) fn public_half(private: &str) -> Option<String> {
    let mut parts = private.strip_prefix("PRIVATE+KEY+")?.splitn(3, '+');
    let (name, _, key) = (parts.next()?, parts.next()?, parts.next()?);
    let key = STANDARD.decode(key).ok()?;
    let seed = key.strip_prefix(&[ED25519])?.try_into().ok()?;
    let public = SigningKey::from_bytes(seed).verifying_key();
    Some(signed_note::new_ed25519_verifier_key(name, &public))
}
