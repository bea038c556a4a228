//! Secure mode: AES-256-CBC with a padding of its own, as the vendor has it.

use std::fmt;

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt as _, BlockEncrypt as _, KeyInit as _};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD as BASE64;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

const BLOCK: usize = 16;
/// What is added fills up to this, not to a block.
const PADDED_TO: usize = 32;
const RANDOM: usize = 16;

/// `EncodingAESKey`; it cannot be shown.
#[derive(Clone)]
pub struct MessageKey([u8; 32]);

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKey(***)")
    }
}

/// What cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptError {
    #[error("the encrypted part cannot be opened")]
    Malformed,
    #[error("it is for another account")]
    ForeignAccount,
}

impl MessageKey {
    /// From the 43 letters and digits of the console; their last bits may be anything.
    pub fn new(encoded: &str) -> Option<Self> {
        let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
        let lenient = GeneralPurpose::new(&alphabet::STANDARD, lenient);
        let fits = encoded.len() == 43 && encoded.bytes().all(|b| b.is_ascii_alphanumeric());
        let key = fits.then(|| lenient.decode(format!("{encoded}=")).ok());
        key.flatten()?.try_into().ok().map(Self)
    }

    /// What was encrypted for this account.
    pub fn open(&self, encrypted: &str, appid: &str) -> Result<Vec<u8>, CryptError> {
        let bytes = BASE64
            .decode(encrypted)
            .map_err(|_| CryptError::Malformed)?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK) {
            return Err(CryptError::Malformed);
        }
        let plain = self.decrypt(&bytes);
        let plain = unpadded(&plain).ok_or(CryptError::Malformed)?;
        let (message, receiver) = split(plain).ok_or(CryptError::Malformed)?;
        if receiver != appid.as_bytes() {
            return Err(CryptError::ForeignAccount);
        }
        Ok(message.to_vec())
    }

    /// Encrypts for whoever has this key. `random` must be new each time.
    pub fn seal(&self, message: &[u8], appid: &str, random: [u8; RANDOM]) -> String {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let mut plain = random.to_vec();
        plain.extend(length.to_be_bytes());
        plain.extend(message);
        plain.extend(appid.as_bytes());
        let pad = PADDED_TO - plain.len() % PADDED_TO;
        plain.extend(std::iter::repeat_n(
            u8::try_from(pad).unwrap_or_default(),
            pad,
        ));
        BASE64.encode(self.encrypt(&plain))
    }

    fn cipher(&self) -> Aes256 {
        Aes256::new(GenericArray::from_slice(&self.0))
    }

    fn decrypt(&self, bytes: &[u8]) -> Vec<u8> {
        let cipher = self.cipher();
        let mut before = &self.0[..BLOCK];
        let mut plain = Vec::with_capacity(bytes.len());
        for block in bytes.chunks_exact(BLOCK) {
            let mut clear = GenericArray::clone_from_slice(block);
            cipher.decrypt_block(&mut clear);
            plain.extend(clear.iter().zip(before).map(|(one, other)| one ^ other));
            before = block;
        }
        plain
    }

    fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let cipher = self.cipher();
        let mut before = GenericArray::clone_from_slice(&self.0[..BLOCK]);
        let mut bytes = Vec::with_capacity(plain.len());
        for block in plain.chunks_exact(BLOCK) {
            for (one, other) in before.iter_mut().zip(block) {
                *one ^= other;
            }
            cipher.encrypt_block(&mut before);
            bytes.extend(&before);
        }
        bytes
    }
}

fn unpadded(plain: &[u8]) -> Option<&[u8]> {
    let pad = *plain.last()?;
    let length = plain.len().checked_sub(usize::from(pad))?;
    let (rest, padding) = plain.split_at_checked(length)?;
    let right =
        (1..=PADDED_TO).contains(&usize::from(pad)) && padding.iter().all(|byte| *byte == pad);
    right.then_some(rest)
}

/// The message, and whom it is for.
fn split(plain: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = plain.split_at_checked(RANDOM)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
