//! One record, on the disk as on the line: length, sum, number, payload.

use super::crc;

/// No record is longer.
pub const RECORD_BYTES_MAX: usize = 1 << 20;

pub(super) const HEAD_BYTES: usize = 16;

/// A payload and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub seq: u64,
    pub payload: Vec<u8>,
}

/// What stands before a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) bytes: usize,
    pub(super) seq: u64,
    sum: u32,
}

impl Head {
    /// Nothing if no payload is so long.
    pub(super) fn read(head: [u8; HEAD_BYTES]) -> Option<Self> {
        let [l0, l1, l2, l3, s0, s1, s2, s3, seq @ ..] = head;
        let bytes = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).ok()?;
        (bytes <= RECORD_BYTES_MAX).then(|| Self {
            bytes,
            seq: u64::from_le_bytes(seq),
            sum: u32::from_le_bytes([s0, s1, s2, s3]),
        })
    }

    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        payload.len() == self.bytes && sum(self.seq, payload) == self.sum
    }
}

fn sum(seq: u64, payload: &[u8]) -> u32 {
    // The length is in the sum, so that zeros are no record.
    let length = (payload.len() as u64).to_le_bytes();
    crc::sum_of(&[&length, &seq.to_le_bytes(), payload])
}

impl Record {
    /// The record at the beginning of `bytes`.
    #[cfg(test)]
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let head = Head::read(*bytes.first_chunk()?)?;
        let payload = bytes.get(HEAD_BYTES..HEAD_BYTES + head.bytes)?;
        head.fits(payload).then(|| Self {
            seq: head.seq,
            payload: payload.to_vec(),
        })
    }

    /// Appends the record to `out`. Payloads beyond the limit are refused before.
    pub(super) fn write(seq: u64, payload: &[u8], out: &mut Vec<u8>) {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&sum(seq, payload).to_le_bytes());
        out.extend_from_slice(&seq.to_le_bytes());
        out.extend_from_slice(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_damaged_bit_makes_it_no_record() {
        let mut bytes = Vec::new();
        Record::write(9, b"index 123.45", &mut bytes);
        let record = Record::read(&bytes).unwrap();
        assert_eq!((record.seq, &record.payload[..]), (9, &b"index 123.45"[..]));
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Record::read(&damaged), None, "{bit}");
        }
        assert_eq!(Record::read(&[0; 64]), None);
    }
}
