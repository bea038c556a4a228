//! The one secret, and the keys derived from it.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// 256 bits kept outside the database. Whoever has the database alone can neither read personal
/// fields nor test guesses against claims and command bodies.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        keyed_hash(&self.0, &[purpose.as_bytes()])
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// Finds sealed texts again: the same text gives the same number, and whoever lacks the master key
/// cannot tell which text, nor try one out.
#[derive(Clone)]
pub struct BlindIndex([u8; 32]);

impl BlindIndex {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// `kind` says what the text is, so that a name never meets a phone.
    pub fn token(&self, kind: &str, text: &str) -> i64 {
        let hash = keyed_hash(&self.0, &[kind.as_bytes(), text.as_bytes()]);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        i64::from_be_bytes(first)
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindIndex")
    }
}

/// HMAC-SHA-256 over length-prefixed parts.
pub(crate) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
