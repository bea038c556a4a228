//! Signed tree heads.

use std::fmt;

use rand_core::OsRng;
use signed_note::{Note, NoteError, StandardSigner, StandardVerifier, VerifierList};
use thiserror::Error;
use tlog_tiles::{Checkpoint, Hash};

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
}

/// The log's private key.
pub struct LogKey {
    encoded: String,
    origin: String,
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
        let signer = StandardSigner::new(encoded.trim()).map_err(|_| CheckpointError::Key)?;
        let origin = signed_note::Signer::name(&signer).to_owned();
        Ok(Self {
            encoded: encoded.trim().to_owned(),
            origin,
        })
    }

    /// For storing it; never for a log or a message.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// Signs the tree of `size` leaves with root `root`.
    pub fn sign(&self, size: u64, root: Hash) -> Result<Vec<u8>, CheckpointError> {
        let checkpoint = Checkpoint::new(&self.origin, size, root, "")
            .map_err(|_| CheckpointError::Malformed)?;
        let signer = StandardSigner::new(&self.encoded).map_err(|_| CheckpointError::Key)?;
        let mut note = Note::new(&checkpoint.to_bytes(), &[])?;
        note.add_sigs(&[&signer])?;
        Ok(note.to_bytes())
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.origin)
    }
}

/// A public key somebody decided to trust; several while keys are being changed.
#[derive(Clone, Debug)]
pub struct TrustedKey(String);

impl TrustedKey {
    pub fn parse(encoded: &str) -> Result<Self, CheckpointError> {
        StandardVerifier::new(encoded.trim()).map_err(|_| CheckpointError::Key)?;
        Ok(Self(encoded.trim().to_owned()))
    }

    pub fn origin(&self) -> &str {
        self.0.split('+').next().unwrap_or_default()
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
        let mut verifiers: Vec<Box<dyn signed_note::Verifier>> = Vec::new();
        for key in trusted {
            let verifier = StandardVerifier::new(&key.0).map_err(|_| CheckpointError::Key)?;
            verifiers.push(Box::new(verifier));
        }
        let note = Note::from_bytes(note)?;
        note.verify(&VerifierList::new(verifiers))?;
        let checkpoint =
            Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointError::Malformed)?;
        if !trusted
            .iter()
            .any(|key| key.origin() == checkpoint.origin())
        {
            return Err(CheckpointError::Origin(checkpoint.origin().to_owned()));
        }
        Ok(Self {
            origin: checkpoint.origin().to_owned(),
            size: checkpoint.size(),
            root: *checkpoint.hash(),
        })
    }
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
