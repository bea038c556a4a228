//! `AEAD_AES_256_GCM`: how notices and platform certificates are wrapped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};

/// The merchant's key for what `WeChat` Pay sends: exactly 32 bytes.
#[derive(Clone)]
pub struct ApiV3Key([u8; 32]);

impl std::fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiV3Key(***)")
    }
}

/// What cannot be opened: another key, or changed on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the encrypted part cannot be opened")]
pub struct Unsealable;

/// An encrypted part, as it travels in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub algorithm: String,
    pub nonce: String,
    #[serde(default)]
    pub associated_data: Option<String>,
    pub ciphertext: String,
}

pub(super) const ALGORITHM: &str = "AEAD_AES_256_GCM";

impl ApiV3Key {
    /// `None` unless it is 32 bytes.
    pub fn new(key: &[u8]) -> Option<Self> {
        key.try_into().ok().map(Self)
    }

    pub fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, Unsealable> {
        if sealed.algorithm != ALGORITHM {
            return Err(Unsealable);
        }
        open_with(&AES_256_GCM, &self.0, sealed)
    }

    /// The other direction, for whoever stands in for the gateway.
    pub fn seal(&self, plain: &[u8], nonce: &str, associated: &str) -> Result<Sealed, Unsealable> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0).map_err(|_| Unsealable)?;
        let once = Nonce::try_assume_unique_for_key(nonce.as_bytes()).map_err(|_| Unsealable)?;
        let mut buffer = plain.to_vec();
        LessSafeKey::new(key)
            .seal_in_place_append_tag(once, Aad::from(associated.as_bytes()), &mut buffer)
            .map_err(|_| Unsealable)?;
        Ok(Sealed {
            algorithm: ALGORITHM.to_owned(),
            nonce: nonce.to_owned(),
            associated_data: Some(associated.to_owned()),
            ciphertext: BASE64.encode(buffer),
        })
    }
}

pub(super) fn open_with(
    algorithm: &'static Algorithm,
    key: &[u8],
    sealed: &Sealed,
) -> Result<Vec<u8>, Unsealable> {
    let key = UnboundKey::new(algorithm, key).map_err(|_| Unsealable)?;
    let nonce =
        Nonce::try_assume_unique_for_key(sealed.nonce.as_bytes()).map_err(|_| Unsealable)?;
    let associated = sealed.associated_data.as_deref().unwrap_or_default();
    let mut buffer = BASE64.decode(&sealed.ciphertext).map_err(|_| Unsealable)?;
    let plain = LessSafeKey::new(key)
        .open_in_place(nonce, Aad::from(associated.as_bytes()), &mut buffer)
        .map_err(|_| Unsealable)?;
    Ok(plain.to_vec())
}
