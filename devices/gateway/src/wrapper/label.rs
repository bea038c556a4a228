//! `CTRL:&number` before a frame: datagrams of radio collectors that say in letters who they are.

use crate::meter::CollectorId;

const LABEL: &[u8] = b"CTRL:&";

/// Who sent the datagram, and the bytes of the bus behind the label.
pub fn read(datagram: &[u8]) -> Option<(CollectorId, &[u8])> {
    let rest = datagram.strip_prefix(LABEL)?;
    // A frame's first byte, 68H, is a small letter: names are digits and capitals.
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_digit() && !byte.is_ascii_uppercase());
    let (id, inner) = rest.split_at(end.unwrap_or(rest.len()));
    Some((std::str::from_utf8(id).ok()?.parse().ok()?, inner))
}

/// The datagram for a collector.
pub fn write(id: &CollectorId, inner: &[u8]) -> Vec<u8> {
    [LABEL, id.as_str().as_bytes(), inner].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r33_a_label_is_read_up_to_the_frame() {
        let id: CollectorId = "0A17".parse().unwrap();
        let frame = [0x68, 0x10, 0x16];
        let datagram = write(&id, &frame);
        assert_eq!(datagram, b"CTRL:&0A17\x68\x10\x16");
        assert_eq!(read(&datagram), Some((id.clone(), &frame[..])));
        let preamble = write(&id, &[0xFE, 0x68]);
        assert_eq!(read(&preamble), Some((id.clone(), &[0xFE, 0x68][..])));
        assert_eq!(read(b"CTRL:&0A17"), Some((id, &[][..])));
        for bad in [&b"CTRL:&"[..], b"CTRL:\x68", b"", b"\xFF\xFF"] {
            assert_eq!(read(bad), None);
        }
    }
}
