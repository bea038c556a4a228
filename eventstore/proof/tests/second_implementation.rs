//! Our proofs checked by others: the trees by the crate `ct-merkle`, which knows RFC 6962 and
//! nothing of us; the signatures by what the C2SP texts say, read here by hand.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chaobiao_proof::{
    ConsistencyFile, Hash, HashReader, Leaf, LogKey, ProofFile, TreeError, TrustedKey, WitnessKey,
    prove_record, prove_tree, stored_hashes_for_record_hash, tree_hash,
};
use chrono::DateTime;
use ct_merkle::{ConsistencyProof, HashableLeaf, InclusionProof, RootHash};
use ed25519_dalek::{Signature, VerifyingKey};
use proptest::prelude::*;
use sha2_next::{Digest, Sha256};
use uuid::Uuid;

const LOG: &str = "log.example/1";

/// A log in memory.
#[derive(Default)]
struct Log {
    leaves: Vec<Leaf>,
    stored: Vec<Hash>,
}

impl HashReader for Log {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TreeError> {
        let found = |index: &u64| self.stored.get(usize::try_from(*index).ok()?).copied();
        let hashes: Option<Vec<Hash>> = indexes.iter().map(found).collect();
        hashes.ok_or(TreeError::IndexesNotInTree)
    }
}

impl Log {
    fn of(size: u64) -> Self {
        let mut log = Self::default();
        for n in 0..size {
            let leaf = Leaf {
                aggregate_type: "meter".to_owned(),
                aggregate_id: format!("W-{n}"),
                sequence: 1,
                event_id: Uuid::from_u128(n.into()),
                command_id: Uuid::from_u128(8),
                event_type: "meter.reading_accepted".to_owned(),
                event_version: "1.0.0".to_owned(),
                recorded_at: DateTime::UNIX_EPOCH,
                payload: format!("{{\"index\": \"{n}\"}}"),
                metadata: "{}".to_owned(),
                salt: [9; 16],
            };
            let new = stored_hashes_for_record_hash(n, leaf.hash(), &log).unwrap();
            log.stored.extend(new);
            log.leaves.push(leaf);
        }
        log
    }

    fn root(&self, size: u64) -> Hash {
        tree_hash(size, self).unwrap()
    }

    fn note(&self, key: &LogKey, size: u64) -> Vec<u8> {
        key.sign(size, self.root(size)).unwrap()
    }
}

/// A leaf as the foreign crate wants it: only its bytes.
struct Preimage(Vec<u8>);

impl HashableLeaf for Preimage {
    fn hash<H: sha2_next::digest::Update>(&self, hasher: &mut H) {
        hasher.update(&self.0);
    }
}

fn foreign_root(root: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new(root.0.into(), size)
}

fn flat(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Both accept our proofs, and both refuse the same proof of another leaf or with another byte.
    #[test]
    fn inclusion(size in 1_u64..90, at: prop::sample::Index, flip: prop::sample::Index) {
        let log = Log::of(size);
        let index = at.index(usize::try_from(size).unwrap());
        let place = u64::try_from(index).unwrap();
        let path = prove_record(size, place, &log).unwrap();
        let bytes = flat(&path);
        let proof = InclusionProof::<Sha256>::try_from_bytes(bytes.clone()).unwrap();
        let root = foreign_root(log.root(size), size);
        let leaf = Preimage(log.leaves[index].preimage());
        prop_assert!(root.verify_inclusion(&leaf, place, &proof).is_ok());

        let mut other = leaf.0.clone();
        let position = flip.index(other.len());
        other[position] ^= 1;
        prop_assert!(root.verify_inclusion(&Preimage(other), place, &proof).is_err());
        if !bytes.is_empty() {
            let mut altered = bytes;
            let position = flip.index(altered.len());
            altered[position] ^= 1;
            let altered = InclusionProof::<Sha256>::try_from_bytes(altered).unwrap();
            prop_assert!(root.verify_inclusion(&leaf, place, &altered).is_err());
        }
    }

    #[test]
    fn consistency(old in 1_u64..60, more in 1_u64..60, flip: prop::sample::Index) {
        let new = old + more;
        let log = Log::of(new);
        let bytes = flat(&prove_tree(new, old, &log).unwrap());
        let (old_root, new_root) =
            (foreign_root(log.root(old), old), foreign_root(log.root(new), new));
        let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes.clone()).unwrap();
        prop_assert!(new_root.verify_consistency(&old_root, &proof).is_ok());
        let mut fork = old_root.as_bytes().to_vec();
        fork[flip.index(32)] ^= 1;
        let fork = RootHash::<Sha256>::new(fork.as_slice().try_into().unwrap(), old);
        prop_assert!(new_root.verify_consistency(&fork, &proof).is_err());
    }
}

/// Name, key id and bytes of a signature line.
type NoteSignature = (String, [u8; 4], Vec<u8>);

/// The text of a signed note, and its signatures by key id.
fn parse_note(note: &str) -> (&str, Vec<NoteSignature>) {
    let (text, signatures) = note.split_once("\n\n").unwrap();
    let signatures = signatures.lines().map(|line| {
        let (name, bytes) = line.strip_prefix("— ").unwrap().split_once(' ').unwrap();
        let bytes = BASE64.decode(bytes).unwrap();
        let (id, signature) = bytes.split_first_chunk::<4>().unwrap();
        (name.to_owned(), *id, signature.to_vec())
    });
    (&note[..=text.len()], signatures.collect())
}

/// `<name>+<id>+<base64 of algorithm and key>`, where the id is the beginning of SHA-256 over the
/// name, a newline, and the key.
fn parse_key(encoded: &str, algorithm: u8) -> (String, [u8; 4], VerifyingKey) {
    let mut parts = encoded.splitn(3, '+');
    let mut part = || parts.next().unwrap();
    let (name, id, key) = (part(), part(), BASE64.decode(part()).unwrap());
    assert_eq!(key[0], algorithm);
    let hash = Sha256::digest([name.as_bytes(), b"\n", &key].concat());
    assert_eq!(id, hex::encode(&hash[..4]));
    let key_id = hash[..4].try_into().unwrap();
    let key = VerifyingKey::from_bytes(key[1..].try_into().unwrap()).unwrap();
    (name.to_owned(), key_id, key)
}

#[test]
fn heads_are_signed_as_the_c2sp_texts_say() {
    let log = Log::of(11);
    let (key, public) = LogKey::generate(LOG).unwrap();
    let witness = WitnessKey::generate("witness.example/1").unwrap();
    let note = witness.cosign(&log.note(&key, 11), 1_790_000_000).unwrap();
    let note = String::from_utf8(note).unwrap();
    let (text, signatures) = parse_note(&note);

    // tlog-checkpoint: the log's name, the size, the root in base64, a line each.
    assert_eq!(
        text,
        format!("{LOG}\n11\n{}\n", BASE64.encode(log.root(11).0))
    );
    let (name, id, verifier) = parse_key(&public, 1);
    assert_eq!((&signatures[0].0, signatures[0].1), (&name, id));
    let signature = Signature::from_slice(&signatures[0].2).unwrap();
    verifier.verify_strict(text.as_bytes(), &signature).unwrap();

    // tlog-cosignature: eight bytes of time, and a signature over time and text.
    let (name, id, verifier) = parse_key(&witness.public().to_string(), 4);
    assert_eq!((&signatures[1].0, signatures[1].1), (&name, id));
    let (time, signature) = signatures[1].2.split_at(8);
    assert_eq!(time, 1_790_000_000_u64.to_be_bytes());
    let signed = format!("cosignature/v1\ntime 1790000000\n{text}");
    let signature = Signature::from_slice(signature).unwrap();
    verifier
        .verify_strict(signed.as_bytes(), &signature)
        .unwrap();
}

#[test]
fn no_byte_of_a_proof_file_can_be_another() {
    let log = Log::of(6);
    let (old, public) = LogKey::generate(LOG).unwrap();
    let (key, _) = LogKey::generate(LOG).unwrap();
    let trusted = [TrustedKey::parse(&public).unwrap()];
    let change = chaobiao_proof::KeyChange::sign(&old, &key, 3, log.root(3)).unwrap();
    let changes = vec![String::from_utf8(change).unwrap()];

    let path = prove_record(6, 4, &log).unwrap();
    let proof = ProofFile::new(
        4,
        &log.leaves[4],
        &path,
        &log.note(&key, 6),
        changes.clone(),
    );
    let text = proof.to_text().unwrap();
    let accepts = |bytes: &[u8]| {
        ProofFile::from_bytes(bytes).is_ok_and(|proof| proof.verify(&trusted).is_ok())
    };
    assert!(accepts(text.as_bytes()));
    each_mutation(text.as_bytes(), accepts);

    let note = |key: &LogKey, size| String::from_utf8(log.note(key, size)).unwrap();
    let path = prove_tree(6, 3, &log).unwrap();
    let proof = ConsistencyFile::new(note(&old, 3), note(&key, 6), &path, changes);
    let text = proof.to_text().unwrap();
    let accepts = |bytes: &[u8]| {
        ConsistencyFile::from_bytes(bytes).is_ok_and(|proof| proof.verify(&trusted).is_ok())
    };
    assert!(accepts(text.as_bytes()));
    each_mutation(text.as_bytes(), accepts);
}

/// Every bit of every byte flipped, every byte left out, doubled, and the end cut off.
fn each_mutation(bytes: &[u8], accepts: impl Fn(&[u8]) -> bool) {
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.to_vec();
            altered[position] ^= 1 << bit;
            assert!(!accepts(&altered), "byte {position}, bit {bit}");
        }
        let mut shorter = bytes.to_vec();
        shorter.remove(position);
        assert!(!accepts(&shorter), "without byte {position}");
        let mut longer = bytes.to_vec();
        longer.insert(position, bytes[position]);
        assert!(!accepts(&longer), "byte {position} twice");
        assert!(!accepts(&bytes[..position]), "cut off at {position}");
    }
}

#[test]
fn heads_of_another_log_or_order_do_not_continue_one_another() {
    let log = Log::of(9);
    let (key, public) = LogKey::generate(LOG).unwrap();
    let (stranger, foreign) = LogKey::generate("other.example/1").unwrap();
    let trusted = [public, foreign].map(|line| TrustedKey::parse(&line).unwrap());
    let note = |key: &LogKey, size| String::from_utf8(log.note(key, size)).unwrap();
    let prove = |from, to| {
        let path = prove_tree(to, from, &log).unwrap_or_default();
        ConsistencyFile::new(note(&key, from), note(&key, to), &path, Vec::new())
    };
    for (from, to) in [(1, 9), (4, 9), (8, 9), (9, 9)] {
        let (older, newer) = prove(from, to).verify(&trusted).unwrap();
        assert_eq!((older.size, newer.size), (from, to));
    }
    let good = prove(4, 9);
    let swapped = ConsistencyFile {
        older: good.newer.clone(),
        newer: good.older.clone(),
        ..good.clone()
    };
    let forked = ConsistencyFile {
        older: String::from_utf8(key.sign(4, log.root(5)).unwrap()).unwrap(),
        ..good.clone()
    };
    let other_log = ConsistencyFile {
        older: note(&stranger, 4),
        ..good
    };
    for wrong in [swapped, forked, other_log] {
        assert!(wrong.verify(&trusted).is_err());
    }
}
