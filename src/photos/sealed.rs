//! Photos at rest are encrypted: whoever gets at a disk, a bucket or a backup of them sees none.

use aes_gcm::{Aes256Gcm, Key};
use bytes::Bytes;
use chaobiao_photos::gate::MediaType;
use sha2::{Digest as _, Sha256};

use super::PhotoError;
use crate::sealing::{self, NONCE_BYTES, TAG_BYTES};

/// What a sealed file begins with; no picture does.
const MAGIC: &[u8; 4] = b"CBP\x01";
/// Before the sealed bytes: the magic, the media type and the nonce.
pub(super) const HEADER: usize = MAGIC.len() + 1 + NONCE_BYTES;

/// The key of all photos of a centre. It follows from the store's, and stays when the master key changes.
#[derive(Clone)]
pub struct PhotoKey(Key<Aes256Gcm>);

impl PhotoKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key.into())
    }

    /// From a key of the store that lasts as long as its events do.
    pub fn derived(lasting: &[u8; 32]) -> Self {
        const PURPOSE: &[u8] = b"chaobiao photos at rest";
        // Neither part can run into the other: the key has one length.
        let mut digest = Sha256::new_with_prefix(lasting);
        digest.update(PURPOSE);
        Self(Sha256::digest(digest.finalize()))
    }

    pub(super) fn seal(&self, media_type: MediaType, bytes: &[u8]) -> Result<Bytes, PhotoError> {
        let mut head = MAGIC.to_vec();
        head.push(code(media_type));
        let file = sealing::seal(&self.0, &head, bytes).ok_or(PhotoError::Tampered)?;
        Ok(file.into())
    }

    /// The bytes of a sealed file, and of one from before there were any.
    pub(super) fn open(&self, file: Bytes) -> Result<Bytes, PhotoError> {
        if !file.starts_with(MAGIC) {
            return Ok(file);
        }
        let opened = sealing::open(&self.0, MAGIC.len() + 1, &file);
        Ok(opened.ok_or(PhotoError::Tampered)?.into())
    }
}

/// Media type and size of the picture in a file of so many bytes, by how the file begins.
pub(super) fn described(start: &[u8], size: u64) -> Result<(MediaType, u64), PhotoError> {
    if !start.starts_with(MAGIC) {
        let media_type = MediaType::of(start).map_err(|_| PhotoError::Tampered)?;
        return Ok((media_type, size));
    }
    let media_type = start.get(MAGIC.len()).and_then(|code| decoded(*code));
    let size = size.checked_sub((HEADER + TAG_BYTES) as u64);
    Ok((
        media_type.ok_or(PhotoError::Tampered)?,
        size.ok_or(PhotoError::Tampered)?,
    ))
}

const fn code(media_type: MediaType) -> u8 {
    match media_type {
        MediaType::Jpeg => b'j',
        MediaType::Png => b'p',
        MediaType::WebP => b'w',
    }
}

const fn decoded(code: u8) -> Option<MediaType> {
    match code {
        b'j' => Some(MediaType::Jpeg),
        b'p' => Some(MediaType::Png),
        b'w' => Some(MediaType::WebP),
        _ => None,
    }
}
