//! One key of the log following another.
//!
//! The change is a checkpoint that names the new key in an extension line and is signed by both:
//! the old key vouches for the new one, the new one shows that it exists. From the next checkpoint
//! on only the new key signs, and the old one is trusted up to this size only.

use tlog_tiles::Hash;

use crate::checkpoint::{read, signed};
use crate::{CheckpointError, LogKey, SignedCheckpoint, TrustedKey};

const NEXT_KEY: &str = "next-key ";

/// A change of the log's key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyChange {
    /// The tree at which the key changed.
    pub checkpoint: SignedCheckpoint,
    /// The key from then on.
    pub next: TrustedKey,
}

impl KeyChange {
    /// The signed note of a change at the tree of `size` leaves.
    pub fn sign(
        old: &LogKey,
        next: &LogKey,
        size: u64,
        root: Hash,
    ) -> Result<Vec<u8>, CheckpointError> {
        if old.origin() != next.origin() || old.public() == next.public() {
            return Err(CheckpointError::Key);
        }
        let extension = format!("{NEXT_KEY}{}\n", next.public());
        signed(&[old, next], size, root, &extension)
    }

    /// Checks a change against the keys before it, which it returns with the new one among them.
    pub fn verify(
        note: &[u8],
        trusted: &[TrustedKey],
    ) -> Result<(Self, Vec<TrustedKey>), CheckpointError> {
        let next = named_in(note).ok_or(CheckpointError::Malformed)?;
        // The new key must have signed, and one that was trusted before it.
        let (checkpoint, _) = read(note, std::slice::from_ref(&next))?;
        let mut before = trusted.to_vec();
        before.retain(|key| key.encoded() != next.encoded());
        let signed = SignedCheckpoint::verify(note, &before).map_err(|error| match error {
            CheckpointError::Signature(signed_note::NoteError::UnverifiedNote) => {
                CheckpointError::NotVouched
            }
            other => other,
        })?;
        let (_, signatures) = read(note, &before)?;
        let mut after = trusted.to_vec();
        for key in &mut after {
            if signatures.iter().any(|signature| key.has_made(signature)) {
                key.retire(checkpoint.size());
            }
        }
        if before.len() == trusted.len() {
            after.push(next.clone());
        }
        let change = Self {
            checkpoint: signed,
            next,
        };
        Ok((change, after))
    }
}

/// The keys to trust after these changes, in their order.
///
/// A change that none of the keys vouches for is passed over: whoever trusts a later key only
/// needs no proof of it.
pub fn follow<'a>(
    trusted: &[TrustedKey],
    changes: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<TrustedKey>, CheckpointError> {
    let mut trusted = trusted.to_vec();
    for change in changes {
        match KeyChange::verify(change.as_bytes(), &trusted) {
            Ok((_, after)) => trusted = after,
            Err(CheckpointError::NotVouched) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(trusted)
}

/// The key a change names, unchecked.
fn named_in(note: &[u8]) -> Option<TrustedKey> {
    let note = signed_note::Note::from_bytes(note).ok()?;
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).ok()?;
    let mut named = checkpoint
        .extension()
        .lines()
        .filter_map(|line| line.strip_prefix(NEXT_KEY));
    let key = TrustedKey::parse(named.next()?).ok()?;
    let alone = named.next().is_none() && key.until().is_none();
    (alone && key.origin() == checkpoint.origin()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "log.example/1";

    fn root(size: u64) -> Hash {
        tlog_tiles::record_hash(&size.to_be_bytes())
    }

    fn key() -> (LogKey, TrustedKey) {
        let (key, public) = LogKey::generate(LOG).unwrap();
        assert_eq!(key.public(), public);
        (key, TrustedKey::parse(&public).unwrap())
    }

    fn change(old: &LogKey, next: &LogKey, size: u64) -> String {
        String::from_utf8(KeyChange::sign(old, next, size, root(size)).unwrap()).unwrap()
    }

    #[test]
    fn the_old_key_vouches_for_the_new_one_and_signs_nothing_larger() {
        let ((first, first_public), (second, second_public), (third, _)) = (key(), key(), key());
        let changes = [change(&first, &second, 5), change(&second, &third, 9)];
        let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
        let trusted = follow(std::slice::from_ref(&first_public), changes.clone()).unwrap();
        let untils: Vec<_> = trusted.iter().map(TrustedKey::until).collect();
        assert_eq!(untils, [Some(5), Some(9), None]);
        assert_eq!(follow(&trusted, changes.clone()).unwrap(), trusted, "again");

        let verify = |key: &LogKey, size| {
            let note = key.sign(size, root(size)).unwrap();
            SignedCheckpoint::verify(&note, &trusted)
        };
        for (key, size) in [(&first, 3), (&first, 5), (&second, 9), (&third, 10)] {
            assert_eq!(verify(key, size).unwrap().size, size);
        }
        let refused = verify(&first, 6).unwrap_err();
        assert!(
            matches!(refused, CheckpointError::Retired { until: 5, size: 6 }),
            "{refused}"
        );
        assert!(verify(&second, 10).is_err());

        // A text form keeps it, and who trusts a later key only follows from there.
        let line = trusted[0].to_string();
        assert_eq!(TrustedKey::parse(&line).unwrap(), trusted[0]);
        let later = follow(std::slice::from_ref(&second_public), changes).unwrap();
        assert_eq!(later.len(), 2);
    }

    #[test]
    fn nobody_but_the_present_key_can_name_the_next_one() {
        let ((first, public), (second, _), (thief, _)) = (key(), key(), key());
        let trusted = [public];
        let real = change(&first, &second, 5);
        let (_, after) = KeyChange::verify(real.as_bytes(), &trusted).unwrap();
        for stranger in [change(&thief, &second, 5), change(&thief, &thief_next(), 5)] {
            let refused = KeyChange::verify(stranger.as_bytes(), &trusted).unwrap_err();
            assert!(matches!(refused, CheckpointError::NotVouched), "{refused}");
        }
        // Retired, it cannot name another one later.
        let late = change(&first, &thief, 7);
        assert!(KeyChange::verify(late.as_bytes(), &after).is_err());
        // A plain checkpoint names none, and a key does not follow itself.
        let plain = first.sign(5, root(5)).unwrap();
        assert!(KeyChange::verify(&plain, &trusted).is_err());
        assert!(KeyChange::sign(&first, &first, 5, root(5)).is_err());
        // Every byte counts.
        for position in 0..real.len() {
            let mut altered = real.clone().into_bytes();
            altered[position] ^= 1;
            assert!(
                KeyChange::verify(&altered, &trusted).is_err(),
                "byte {position}"
            );
        }
    }

    fn thief_next() -> LogKey {
        LogKey::generate(LOG).unwrap().0
    }
}
