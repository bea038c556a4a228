//! What S3 signs with, by the hashes the program has anyway.

use hmac::{Hmac, Mac as _};
use object_store::client::{
    CryptoProvider, DigestAlgorithm, DigestContext, HmacContext, Signer, SigningAlgorithm,
};
use object_store::{Error, Result};
use sha2::{Digest as _, Sha256};

#[derive(Debug)]
pub(super) struct OwnCrypto;

impl CryptoProvider for OwnCrypto {
    fn digest(&self, algorithm: DigestAlgorithm) -> Result<Box<dyn DigestContext>> {
        match algorithm {
            DigestAlgorithm::Sha256 => Ok(Box::new(Sha256Digest::default())),
            _ => Err(unknown()),
        }
    }

    fn hmac(&self, algorithm: DigestAlgorithm, secret: &[u8]) -> Result<Box<dyn HmacContext>> {
        let mac = match algorithm {
            DigestAlgorithm::Sha256 => Hmac::<Sha256>::new_from_slice(secret).ok(),
            _ => None,
        };
        let mac = mac.ok_or_else(unknown)?;
        Ok(Box::new(Sha256Hmac {
            mac,
            done: Vec::new(),
        }))
    }

    fn sign(&self, _: SigningAlgorithm, _: &[u8]) -> Result<Box<dyn Signer>> {
        Err(unknown())
    }
}

/// Of newer kinds of signatures, which S3 does not need.
fn unknown() -> Error {
    Error::NotSupported {
        source: "only SHA-256 and its HMAC are known here".into(),
    }
}

#[derive(Default)]
struct Sha256Digest {
    hasher: Sha256,
    done: Vec<u8>,
}

impl DigestContext for Sha256Digest {
    fn update(&mut self, data: &[u8]) {
        self.hasher.update(data);
    }

    fn finish(&mut self) -> Result<&[u8]> {
        self.done = self.hasher.finalize_reset().to_vec();
        Ok(&self.done)
    }
}

struct Sha256Hmac {
    mac: Hmac<Sha256>,
    done: Vec<u8>,
}

impl HmacContext for Sha256Hmac {
    fn update(&mut self, data: &[u8]) {
        self.mac.update(data);
    }

    fn finish(&mut self) -> Result<&[u8]> {
        self.done = self.mac.finalize_reset().into_bytes().to_vec();
        Ok(&self.done)
    }
}
