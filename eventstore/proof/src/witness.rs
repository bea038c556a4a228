//! Witnesses: others who have seen a head, checked that it continues the one before, and say so.
//!
//! Their signatures follow C2SP `tlog-cosignature` (`cosignature/v1`).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use rand_core::OsRng;
use signed_note::{Note, Signer, Verifier, VerifierList, is_key_name_valid, key_id};

use crate::CheckpointError;

/// The algorithm's number in encoded keys.
const COSIGNATURE: u8 = 4;
const PRIVATE: &str = "PRIVATE+KEY+";

/// A witness's private key.
pub struct WitnessKey {
    name: String,
    key: SigningKey,
}

impl WitnessKey {
    pub fn generate(name: &str) -> Result<Self, CheckpointError> {
        if !is_key_name_valid(name) {
            return Err(CheckpointError::Key);
        }
        Ok(Self {
            name: name.to_owned(),
            key: SigningKey::generate(&mut OsRng),
        })
    }

    pub fn parse(encoded: &str) -> Result<Self, CheckpointError> {
        let text = encoded.trim().strip_prefix(PRIVATE);
        let (name, id, key) = text.and_then(parts).ok_or(CheckpointError::Key)?;
        let key = Self {
            name,
            key: SigningKey::from_bytes(&key),
        };
        if key.public().id == id {
            Ok(key)
        } else {
            Err(CheckpointError::Key)
        }
    }

    /// For storing it; never for a log or a message.
    pub fn encoded(&self) -> String {
        let id = self.public().id;
        format!("{PRIVATE}{}", encode(&self.name, id, &self.key.to_bytes()))
    }

    pub fn public(&self) -> TrustedWitness {
        TrustedWitness::new(self.name.clone(), self.key.verifying_key())
    }

    /// Adds a signature to a checkpoint, made at this second since 1970. Whoever calls it has
    /// checked that the checkpoint continues the last one that was signed.
    pub fn cosign(&self, note: &[u8], seconds: u64) -> Result<Vec<u8>, CheckpointError> {
        let mut note = Note::from_bytes(note)?;
        note.add_sigs(&[&At { key: self, seconds }])?;
        Ok(note.to_bytes())
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({})", self.name)
    }
}

/// A witness somebody decided to trust; as text `<name>+<id>+<key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedWitness {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl TrustedWitness {
    fn new(name: String, key: VerifyingKey) -> Self {
        let id = key_id(&name, &[&[COSIGNATURE], key.as_bytes().as_slice()].concat());
        Self { name, id, key }
    }

    pub fn parse(encoded: &str) -> Result<Self, CheckpointError> {
        let (name, id, key) = parts(encoded.trim()).ok_or(CheckpointError::Key)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| CheckpointError::Key)?;
        let witness = Self::new(name, key);
        if witness.id == id {
            Ok(witness)
        } else {
            Err(CheckpointError::Key)
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it has signed this checkpoint, in seconds since 1970.
    pub fn signed_at(&self, note: &[u8]) -> Result<u64, CheckpointError> {
        let missing = || CheckpointError::Witness(self.name.clone());
        let verifiers = VerifierList::new(vec![Box::new(self.clone())]);
        let (signatures, _) = Note::from_bytes(note)?
            .verify(&verifiers)
            .map_err(|_| missing())?;
        let signature = signatures.first().ok_or_else(missing)?.signature();
        let (seconds, _) = signature.split_first_chunk::<8>().ok_or_else(missing)?;
        Ok(u64::from_be_bytes(*seconds))
    }
}

impl fmt::Display for TrustedWitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.name, self.id, self.key.as_bytes()))
    }
}

impl Verifier for TrustedWitness {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((seconds, signature)) = signature.split_first_chunk::<8>() else {
            return false;
        };
        let message = message(text, u64::from_be_bytes(*seconds));
        Ed25519::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(&message, &signature).is_ok())
    }
}

/// A key at the second it signs.
struct At<'a> {
    key: &'a WitnessKey,
    seconds: u64,
}

impl Signer for At<'_> {
    fn name(&self) -> &str {
        &self.key.name
    }

    fn key_id(&self) -> u32 {
        self.key.public().id
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        let signature = self.key.key.try_sign(&message(text, self.seconds))?;
        Ok([self.seconds.to_be_bytes().as_slice(), &signature.to_bytes()].concat())
    }
}

fn message(text: &[u8], seconds: u64) -> Vec<u8> {
    let head = format!("cosignature/v1\ntime {seconds}\n");
    [head.as_bytes(), text].concat()
}

fn encode(name: &str, id: u32, key: &[u8; 32]) -> String {
    let key = STANDARD.encode([&[COSIGNATURE], key.as_slice()].concat());
    format!("{name}+{id:08x}+{key}")
}

fn parts(encoded: &str) -> Option<(String, u32, [u8; 32])> {
    let mut parts = encoded.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let key = STANDARD.decode(key).ok()?;
    let key = key.strip_prefix(&[COSIGNATURE])?.try_into().ok()?;
    let id = (id.len() == 8).then(|| u32::from_str_radix(id, 16).ok())??;
    is_key_name_valid(name).then(|| (name.to_owned(), id, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LogKey, SignedCheckpoint, TrustedKey};

    #[test]
    fn a_cosigned_checkpoint_has_both_signatures_and_each_byte_of_them_counts() {
        let (log, public) = LogKey::generate("log.example/1").unwrap();
        let trusted = [TrustedKey::parse(&public).unwrap()];
        let witness = WitnessKey::generate("witness.example/1").unwrap();
        let stranger = WitnessKey::generate("witness.example/1").unwrap().public();
        let note = log.sign(3, tlog_tiles::record_hash(b"x")).unwrap();
        assert!(witness.public().signed_at(&note).is_err());

        let cosigned = witness.cosign(&note, 1_790_000_000).unwrap();
        SignedCheckpoint::verify(&cosigned, &trusted).unwrap();
        assert_eq!(
            witness.public().signed_at(&cosigned).unwrap(),
            1_790_000_000
        );
        let refused = stranger.signed_at(&cosigned).unwrap_err();
        assert!(matches!(refused, CheckpointError::Witness(_)), "{refused}");
        // The log's own signature is none of a witness.
        for position in 0..cosigned.len() {
            let mut altered = cosigned.clone();
            altered[position] ^= 1;
            let log = SignedCheckpoint::verify(&altered, &trusted);
            let witness = witness.public().signed_at(&altered);
            assert!(log.is_err() || witness.is_err(), "byte {position}");
        }
    }

    #[test]
    fn keys_survive_their_text_form() {
        let key = WitnessKey::generate("witness.example/1").unwrap();
        let again = WitnessKey::parse(&format!("{}\n", key.encoded())).unwrap();
        assert_eq!(again.public(), key.public());
        let public = key.public().to_string();
        assert_eq!(TrustedWitness::parse(&public).unwrap(), key.public());
        assert!(!format!("{key:?}").contains("PRIVATE"));
        assert!(TrustedWitness::parse(&key.encoded()).is_err());
        assert!(WitnessKey::generate("a name").is_err());
        let wrong = public.replacen("witness", "witnesr", 1);
        assert!(TrustedWitness::parse(&wrong).is_err());
    }
}
