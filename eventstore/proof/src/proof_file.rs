//! What an outsider is given to check one event.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tlog_tiles::{Hash, check_record};

use crate::file::{self, hashes, hex_of};
use crate::{
    CheckpointError, Leaf, LeafError, SignedCheckpoint, TrustedKey, TrustedWitness, follow,
};

/// A proof on file: the event's stored bytes, its place, the path to the root, and the root signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// Version of this format: 1.
    pub version: u32,
    pub leaf_index: u64,
    /// The event's preimage, in hex.
    pub preimage: String,
    /// Hashes from the leaf to the root, in hex.
    pub path: Vec<String>,
    /// The signed checkpoint, as published.
    pub checkpoint: String,
    /// The changes of the log's key so far, as published: by them whoever has an older key finds
    /// the one that signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_changes: Vec<String>,
}

/// What a verified proof shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    pub leaf_index: u64,
    pub leaf: Leaf,
    pub checkpoint: SignedCheckpoint,
}

/// Why a proof is not accepted.
#[derive(Debug, Error)]
pub enum ProofError {
    #[error("the proof file is of version {0}, which this program does not know")]
    Version(u32),
    #[error("the proof file is malformed: {0}")]
    Malformed(&'static str),
    #[error(transparent)]
    Leaf(#[from] LeafError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("the event is not where the proof says in the log that was signed")]
    NotInLog,
    #[error("the newer checkpoint does not continue the older one")]
    NotContinued,
}

impl ProofFile {
    pub fn new(
        leaf_index: u64,
        leaf: &Leaf,
        path: &[Hash],
        checkpoint: &[u8],
        key_changes: Vec<String>,
    ) -> Self {
        Self {
            version: file::VERSION,
            leaf_index,
            preimage: hex::encode(leaf.preimage()),
            path: path.iter().map(hex_of).collect(),
            checkpoint: String::from_utf8_lossy(checkpoint).into_owned(),
            key_changes,
        }
    }

    /// The file's text.
    pub fn to_text(&self) -> Result<String, ProofError> {
        file::to_text(self)
    }

    /// Reads a file that is written as [`ProofFile::to_text`] does, to the byte.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        file::from_bytes(bytes)
    }

    /// Demands that a witness has signed the checkpoint; returns when, in seconds since 1970.
    pub fn witnessed(&self, witness: &TrustedWitness) -> Result<u64, ProofError> {
        Ok(witness.signed_at(self.checkpoint.as_bytes())?)
    }

    /// Checks the proof against trusted keys. Trusts nothing else.
    pub fn verify(&self, trusted: &[TrustedKey]) -> Result<Proven, ProofError> {
        file::check_version(self.version)?;
        let preimage = file::bytes(&self.preimage).ok_or(ProofError::Malformed("preimage"))?;
        let leaf = Leaf::from_preimage(&preimage)?;
        let path = hashes(&self.path)?;
        let trusted = follow(trusted, self.key_changes.iter().map(String::as_str))?;
        let checkpoint = SignedCheckpoint::verify(self.checkpoint.as_bytes(), &trusted)?;
        if self.leaf_index >= checkpoint.size {
            return Err(ProofError::NotInLog);
        }
        check_record(
            &path,
            checkpoint.size,
            checkpoint.root,
            self.leaf_index,
            leaf.hash(),
        )
        .map_err(|_| ProofError::NotInLog)?;
        Ok(Proven {
            leaf_index: self.leaf_index,
            leaf,
            checkpoint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogKey;
    use crate::leaf::tests::leaf;
    use tlog_tiles::{Error, HashReader, prove_record, stored_hashes_for_record_hash, tree_hash};

    #[derive(Default)]
    struct Stored(Vec<Hash>);

    impl HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
            indexes
                .iter()
                .map(|i| self.0.get(usize::try_from(*i).unwrap()).copied())
                .collect::<Option<_>>()
                .ok_or(Error::IndexesNotInTree)
        }
    }

    fn log(leaves: &[Leaf]) -> Stored {
        let mut stored = Stored::default();
        for (n, leaf) in leaves.iter().enumerate() {
            let new = stored_hashes_for_record_hash(n as u64, leaf.hash(), &stored).unwrap();
            stored.0.extend(new);
        }
        stored
    }

    fn leaves(count: i64) -> Vec<Leaf> {
        (0..count)
            .map(|n| leaf(n, &format!("{{\"index\": \"{n}\"}}")))
            .collect()
    }

    #[test]
    fn every_event_of_a_log_is_proven_and_nothing_else() {
        let (key, public) = LogKey::generate("log.example/1").unwrap();
        let trusted = [TrustedKey::parse(&public).unwrap()];
        for size in [1, 2, 3, 7, 8, 13] {
            let leaves = leaves(size);
            let stored = log(&leaves);
            let size = leaves.len() as u64;
            let note = key.sign(size, tree_hash(size, &stored).unwrap()).unwrap();
            for (index, leaf) in (0..).zip(&leaves) {
                let path = prove_record(size, index, &stored).unwrap();
                let proof = ProofFile::new(index, leaf, &path, &note, Vec::new());
                assert_eq!(proof.verify(&trusted).unwrap().leaf, *leaf);

                let moved = ProofFile {
                    leaf_index: index + 1,
                    ..proof.clone()
                };
                assert!(moved.verify(&trusted).is_err());
                let other = Leaf {
                    payload: "{}".to_owned(),
                    ..leaf.clone()
                };
                let altered = ProofFile {
                    preimage: hex::encode(other.preimage()),
                    ..proof
                };
                assert!(matches!(
                    altered.verify(&trusted),
                    Err(ProofError::NotInLog)
                ));
            }
        }
    }

    #[test]
    fn the_roots_are_those_of_the_rfc_6962_test_vectors() {
        // Leaves and roots of the Certificate Transparency reference test data.
        let leaves: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        let mut stored = Stored::default();
        for (n, leaf) in leaves.iter().enumerate() {
            let hash = tlog_tiles::record_hash(leaf);
            let new = stored_hashes_for_record_hash(n as u64, hash, &stored).unwrap();
            stored.0.extend(new);
        }
        let root = |size| hex::encode(tree_hash(size, &stored).unwrap().0);
        assert_eq!(
            root(1),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            root(2),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
        assert_eq!(
            root(3),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
        );
        assert_eq!(
            root(5),
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"
        );
        assert_eq!(
            root(8),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn a_file_survives_json_and_refuses_what_it_does_not_know() {
        let leaves = leaves(2);
        let stored = log(&leaves);
        let (key, public) = LogKey::generate("log.example/1").unwrap();
        let note = key.sign(2, tree_hash(2, &stored).unwrap()).unwrap();
        let path = prove_record(2, 1, &stored).unwrap();
        let proof = ProofFile::new(1, &leaves[1], &path, &note, Vec::new());
        let json = serde_json::to_string(&proof).unwrap();
        let again: ProofFile = serde_json::from_str(&json).unwrap();
        again
            .verify(&[TrustedKey::parse(&public).unwrap()])
            .unwrap();
        let unknown = json.replacen('{', "{\"note\":1,", 1);
        assert!(serde_json::from_str::<ProofFile>(&unknown).is_err());
        assert!(matches!(
            ProofFile {
                version: 2,
                ..again
            }
            .verify(&[]),
            Err(ProofError::Version(2))
        ));
    }
}
