//! The bytes of an event that its leaf hash is taken over.

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

/// Begins every preimage: which fields follow, and how.
const FORMAT: &[u8] = b"chaobiao-event-1";

/// Everything stored of an event, as text and bytes as they are stored: personal fields stay
/// sealed. The salt keeps a leaf hash from confirming a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_id: Uuid,
    pub command_id: Uuid,
    pub event_type: String,
    pub event_version: String,
    pub recorded_at: DateTime<Utc>,
    pub payload: String,
    pub metadata: String,
    pub salt: [u8; 16],
}

/// A preimage that is not an event's.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the preimage is not an event's")]
pub struct LeafError;

impl Leaf {
    /// Fields in a fixed order, each behind its length as eight big-endian bytes; numbers as eight
    /// big-endian bytes, times as microseconds since 1970.
    pub fn preimage(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for field in [
            FORMAT,
            self.aggregate_type.as_bytes(),
            self.aggregate_id.as_bytes(),
            &self.sequence.to_be_bytes(),
            self.event_id.as_bytes(),
            self.command_id.as_bytes(),
            self.event_type.as_bytes(),
            self.event_version.as_bytes(),
            &self.recorded_at.timestamp_micros().to_be_bytes(),
            self.payload.as_bytes(),
            self.metadata.as_bytes(),
            &self.salt,
        ] {
            bytes.extend((field.len() as u64).to_be_bytes());
            bytes.extend(field);
        }
        bytes
    }

    /// Reads what [`Leaf::preimage`] wrote.
    pub fn from_preimage(mut bytes: &[u8]) -> Result<Self, LeafError> {
        let mut fields = [&[][..]; 12];
        for field in &mut fields {
            let (length, rest) = bytes.split_first_chunk::<8>().ok_or(LeafError)?;
            let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| LeafError)?;
            (*field, bytes) = rest.split_at_checked(length).ok_or(LeafError)?;
        }
        let [
            format,
            kind,
            id,
            sequence,
            event,
            command,
            name,
            version,
            at,
            payload,
            meta,
            salt,
        ] = fields;
        if format != FORMAT || !bytes.is_empty() {
            return Err(LeafError);
        }
        Ok(Self {
            aggregate_type: text(kind)?,
            aggregate_id: text(id)?,
            sequence: number(sequence)?,
            event_id: Uuid::from_slice(event).map_err(|_| LeafError)?,
            command_id: Uuid::from_slice(command).map_err(|_| LeafError)?,
            event_type: text(name)?,
            event_version: text(version)?,
            recorded_at: DateTime::from_timestamp_micros(number(at)?).ok_or(LeafError)?,
            payload: text(payload)?,
            metadata: text(meta)?,
            salt: salt.try_into().map_err(|_| LeafError)?,
        })
    }

    /// The leaf hash: SHA-256 over a zero byte and the preimage.
    pub fn hash(&self) -> tlog_tiles::Hash {
        tlog_tiles::record_hash(&self.preimage())
    }
}

fn text(bytes: &[u8]) -> Result<String, LeafError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| LeafError)
}

fn number(bytes: &[u8]) -> Result<i64, LeafError> {
    Ok(i64::from_be_bytes(bytes.try_into().map_err(|_| LeafError)?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn leaf(sequence: i64, payload: &str) -> Leaf {
        Leaf {
            aggregate_type: "meter".to_owned(),
            aggregate_id: "W-1".to_owned(),
            sequence,
            event_id: Uuid::from_u128(7),
            command_id: Uuid::from_u128(8),
            event_type: "meter.reading_accepted".to_owned(),
            event_version: "1.0.0".to_owned(),
            recorded_at: DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap(),
            payload: payload.to_owned(),
            metadata: "{}".to_owned(),
            salt: [9; 16],
        }
    }

    proptest! {
        #[test]
        fn a_preimage_reads_back(id in ".*", payload in ".*", sequence: i64, salt: [u8; 16]) {
            let leaf = Leaf { aggregate_id: id, salt, ..leaf(sequence, &payload) };
            prop_assert_eq!(Leaf::from_preimage(&leaf.preimage()), Ok(leaf));
        }

        #[test]
        fn a_byte_belongs_to_one_field(a in "[a-z]{1,8}", b in "[a-z]{1,8}", c in "[a-z]{0,8}") {
            let (long, short) = (format!("{a}{b}"), format!("{b}{c}"));
            let one = Leaf { aggregate_type: a, aggregate_id: short, ..leaf(1, "{}") };
            let other = Leaf { aggregate_type: long, aggregate_id: c, ..leaf(1, "{}") };
            prop_assert_ne!(one.hash(), other.hash());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            prop_assert!(Leaf::from_preimage(&bytes).is_err());
        }
    }

    #[test]
    fn the_hash_is_that_of_rfc_6962() {
        use sha2::{Digest, Sha256};
        let leaf = leaf(1, "{}");
        let expected = Sha256::new()
            .chain_update([0])
            .chain_update(leaf.preimage())
            .finalize();
        assert_eq!(leaf.hash().0, <[u8; 32]>::from(expected));
    }
}
