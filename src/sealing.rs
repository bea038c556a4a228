//! What leaves this machine's memory sealed: AES-256-GCM behind a head that says what it is.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use sha2::{Digest as _, Sha256};

pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;

/// `head`, nonce, sealed bytes; the head is bound to them. The nonce follows from what is sealed, so
/// that it never comes twice for different bytes, and the same bytes are sealed to the same.
pub(crate) fn seal(key: &Key<Aes256Gcm>, head: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let digest = Sha256::digest(bytes);
    let nonce = &digest[..NONCE_BYTES];
    let payload = Payload {
        msg: bytes,
        aad: head,
    };
    let sealed = Aes256Gcm::new(key).encrypt(Nonce::from_slice(nonce), payload);
    Some([head, nonce, &sealed.ok()?].concat())
}

/// What was sealed behind a head of so many bytes; none if not a bit of it may be believed.
pub(crate) fn open(key: &Key<Aes256Gcm>, head_bytes: usize, sealed: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = sealed.split_at_checked(head_bytes)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES)?;
    let payload = Payload {
        msg: sealed,
        aad: head,
    };
    let opened = Aes256Gcm::new(key).decrypt(Nonce::from_slice(nonce), payload);
    opened.ok()
}
