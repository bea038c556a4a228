//! AES-256-GCM with a random nonce in front, bound to a place.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

use crate::{Entropy, StoreError};

const NONCE_BYTES: usize = 12;

pub(crate) fn encrypt(
    entropy: &dyn Entropy,
    key: &[u8; 32],
    clear: &[u8],
    place: &str,
) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0u8; NONCE_BYTES];
    entropy.fill(&mut nonce);
    let sealed = Aes256Gcm::new(key.into())
        .encrypt(
            Nonce::from_slice(&nonce),
            Payload {
                msg: clear,
                aad: place.as_bytes(),
            },
        )
        .map_err(|_| StoreError::Cipher("encryption failed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

pub(crate) fn decrypt(key: &[u8; 32], sealed: &[u8], place: &str) -> Result<Vec<u8>, StoreError> {
    let (nonce, sealed) = sealed
        .split_at_checked(NONCE_BYTES)
        .ok_or(StoreError::Cipher("a sealed field is too short"))?;
    Aes256Gcm::new(key.into())
        .decrypt(
            Nonce::from_slice(nonce),
            Payload {
                msg: sealed,
                aad: place.as_bytes(),
            },
        )
        .map_err(|_| StoreError::Cipher("a sealed field was altered or moved"))
}
