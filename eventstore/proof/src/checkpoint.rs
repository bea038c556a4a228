//! Signed tree heads.

use std::fmt;

use rand_core::OsRng;
use signed_note::{Note, NoteError, Signature, StandardSigner, StandardVerifier, VerifierList};
use thiserror::Error;
use tlog_tiles::{Checkpoint, Hash};

use crate::{TrustedKey, trusted_key};

/// Why a checkpoint cannot be made or trusted.
#[derive(Debug, Error)]
pub enum CheckpointError {
    #[error("the key is malformed")]
    Key,
    #[error("the checkpoint is malformed")]
    Malformed,
    #[error("the checkpoint is of another log: {0}")]
    Origin(String),
    #[error("no trusted key has signed the checkpoint: {0}")]
    Signature(#[from] NoteError),
    #[error("the key that signed was retired at {until} entries, the checkpoint has {size}")]
    Retired { until: u64, size: u64 },
    #[error("the key before has not vouched for the new one")]
    NotVouched,
    #[error("the witness {0} has not signed the checkpoint")]
    Witness(String),
}

/// The log's private key.
#[derive(Clone)]
pub struct LogKey {
    encoded: String,
    origin: String,
    public: String,
}

impl LogKey {
    /// A new key for a log; `origin` names the log and becomes the key's name.
    ///
    /// Returns the private and the public key in the encodings of C2SP `signed-note`.
    pub fn generate(origin: &str) -> Result<(Self, String), CheckpointError> {
        let (private, public) = signed_note::generate_key(&mut OsRng, origin);
        Ok((Self::parse(&private)?, public))
    }

    pub fn parse(encoded: &str) -> Result<Self, CheckpointError> {
        let encoded = encoded.trim();
        let signer = StandardSigner::new(encoded).map_err(|_| CheckpointError::Key)?;
        Ok(Self {
            encoded: encoded.to_owned(),
            origin: signed_note::Signer::name(&signer).to_owned(),
            public: trusted_key::public_half(encoded).ok_or(CheckpointError::Key)?,
        })
    }

    /// For storing it; never for a log or a message.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public half, to be given to whoever shall check proofs.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Signs the tree of `size` leaves with root `root`.
    pub fn sign(&self, size: u64, root: Hash) -> Result<Vec<u8>, CheckpointError> {
        signed(&[self], size, root, "")
    }
}

/// A checkpoint signed by all the keys, which are of one log.
pub(crate) fn signed(
    keys: &[&LogKey],
    size: u64,
    root: Hash,
    extension: &str,
) -> Result<Vec<u8>, CheckpointError> {
    let origin = keys.first().map_or("", |key| &key.origin);
    let checkpoint =
        Checkpoint::new(origin, size, root, extension).map_err(|_| CheckpointError::Malformed)?;
    let mut note = Note::new(&checkpoint.to_bytes(), &[])?;
    for key in keys {
        let signer = StandardSigner::new(&key.encoded).map_err(|_| CheckpointError::Key)?;
        note.add_sigs(&[&signer])?;
    }
    Ok(note.to_bytes())
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.origin)
    }
}

/// A tree head whose signature has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedCheckpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl SignedCheckpoint {
    /// Reads a signed note and checks it against the keys.
    pub fn verify(note: &[u8], trusted: &[TrustedKey]) -> Result<Self, CheckpointError> {
        let (checkpoint, signatures) = read(note, trusted)?;
        let signers = trusted.iter().filter(|key| {
            key.origin() == checkpoint.origin() && signatures.iter().any(|s| key.has_made(s))
        });
        let mut retired = None;
        for key in signers {
            match key.until() {
                Some(until) if until < checkpoint.size() => retired = retired.max(Some(until)),
                _ => {
                    return Ok(Self {
                        origin: checkpoint.origin().to_owned(),
                        size: checkpoint.size(),
                        root: *checkpoint.hash(),
                    });
                }
            }
        }
        Err(match retired {
            Some(until) => CheckpointError::Retired {
                until,
                size: checkpoint.size(),
            },
            None => CheckpointError::Origin(checkpoint.origin().to_owned()),
        })
    }
}

/// The size a checkpoint claims, its signatures unchecked.
pub fn claimed_size(note: &[u8]) -> Result<u64, CheckpointError> {
    let note = Note::from_bytes(note)?;
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Malformed)?;
    Ok(checkpoint.size())
}

/// The checkpoint of a note, and which of its signatures are good ones of the keys; at least one.
pub(crate) fn read(
    note: &[u8],
    trusted: &[TrustedKey],
) -> Result<(Checkpoint, Vec<Signature>), CheckpointError> {
    let mut verifiers: Vec<Box<dyn signed_note::Verifier>> = Vec::new();
    for key in trusted {
        let verifier = StandardVerifier::new(key.encoded()).map_err(|_| CheckpointError::Key)?;
        verifiers.push(Box::new(verifier));
    }
    let note = Note::from_bytes(note)?;
    let (signatures, _) = note.verify(&VerifierList::new(verifiers))?;
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Malformed)?;
    Ok((checkpoint, signatures))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_checkpoint_verifies_under_its_key_alone() {
        let (key, public) = LogKey::generate("utility.example.edu/log").unwrap();
        let (_, stranger) = LogKey::generate("utility.example.edu/log").unwrap();
        let root = tlog_tiles::record_hash(b"x");
        let note = key.sign(3, root).unwrap();

        let trusted = [TrustedKey::parse(&public).unwrap()];
        let checkpoint = SignedCheckpoint::verify(&note, &trusted).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (3, root));

        let stranger = [TrustedKey::parse(&stranger).unwrap()];
        assert!(SignedCheckpoint::verify(&note, &stranger).is_err());

        for position in 0..note.len() {
            let mut altered = note.clone();
            altered[position] ^= 1;
            assert!(
                SignedCheckpoint::verify(&altered, &trusted).is_err(),
                "byte {position}"
            );
        }
    }

    #[test]
    fn keys_survive_their_text_form() {
        let (key, public) = LogKey::generate("a.example/log").unwrap();
        let again = LogKey::parse(&format!("{}\n", key.encoded())).unwrap();
        let note = again.sign(0, tlog_tiles::EMPTY_HASH).unwrap();
        let trusted = [TrustedKey::parse(&public).unwrap()];
        SignedCheckpoint::verify(&note, &trusted).unwrap();
        assert!(!format!("{key:?}").contains("PRIVATE"));
        assert!(LogKey::parse("PRIVATE+KEY+x").is_err());
        assert!(TrustedKey::parse("nonsense").is_err());
    }
}
