//! How proofs are written on file: JSON in one form only, so that no byte of a file is beside the
//! point.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tlog_tiles::Hash;

use crate::ProofError;

/// The version of the formats.
pub(crate) const VERSION: u32 = 1;

pub(crate) fn check_version(version: u32) -> Result<(), ProofError> {
    if version == VERSION {
        Ok(())
    } else {
        Err(ProofError::Version(version))
    }
}

pub(crate) fn to_text(file: &impl Serialize) -> Result<String, ProofError> {
    let text = serde_json::to_string_pretty(file).map_err(|_| ProofError::Malformed("file"))?;
    Ok(text + "\n")
}

/// Reads a file written by [`to_text`]; anything written in another way is refused.
pub(crate) fn from_bytes<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, ProofError> {
    let malformed = |_| ProofError::Malformed("file");
    let file: T = serde_json::from_slice(bytes).map_err(malformed)?;
    if to_text(&file)?.as_bytes() == bytes {
        Ok(file)
    } else {
        Err(ProofError::Malformed("file"))
    }
}

pub(crate) fn hex_of(hash: &Hash) -> String {
    hex::encode(hash.0)
}

pub(crate) fn hashes(texts: &[String]) -> Result<Vec<Hash>, ProofError> {
    let hash = |text: &String| {
        let bytes = bytes(text)?.try_into().ok()?;
        Some(Hash(bytes))
    };
    let hashes: Option<Vec<Hash>> = texts.iter().map(hash).collect();
    hashes.ok_or(ProofError::Malformed("path"))
}

/// Hex in lower case, the one form we write.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(text).ok()?;
    (hex::encode(&bytes) == text).then_some(bytes)
}
