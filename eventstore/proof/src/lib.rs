//! Proofs that an event is in the published log.
//!
//! Hashing follows RFC 6962, checkpoints follow C2SP `tlog-checkpoint` (a signed note, Ed25519),
//! tiles C2SP `tlog-tiles`. [`ProofFile::verify`] needs the file and the log's public key, nothing
//! else: no database, no network, none of our other crates.

mod checkpoint;
mod consistency;
mod file;
mod key_change;
mod leaf;
mod proof_file;
mod trusted_key;
mod witness;

pub use checkpoint::{CheckpointError, LogKey, SignedCheckpoint, claimed_size};
pub use consistency::ConsistencyFile;
pub use key_change::{KeyChange, follow};
pub use leaf::{Leaf, LeafError};
pub use proof_file::{ProofError, ProofFile, Proven};
pub use tlog_tiles::{
    Error as TreeError, Hash, HashReader, Tile, TileHashReader, check_tree, prove_record,
    prove_tree, record_hash, stored_hash_count, stored_hash_index, stored_hashes_for_record_hash,
    tree_hash,
};
pub use trusted_key::TrustedKey;
pub use witness::{TrustedWitness, WitnessKey};
