//! Whether a file has its end. A decoder fills a missing end with grey and says nothing.

use super::MediaType;

/// A progressive picture has ten scans or so; each is a pass over all pixels, so that many more
/// are an attack on our time.
const SCANS_MAX: usize = 64;

pub(super) fn is_whole(media_type: MediaType, bytes: &[u8]) -> bool {
    match media_type {
        MediaType::Jpeg => jpeg(bytes).is_some(),
        MediaType::Png => png(bytes).is_some(),
        MediaType::WebP => webp(bytes).is_some(),
    }
}

fn jpeg(bytes: &[u8]) -> Option<()> {
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    let mut at = 2;
    let mut scans = 0;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        match *bytes.get(at + 1)? {
            // Any number of 0xff may stand before a marker.
            0xff => at += 1,
            END => return (scans > 0).then_some(()),
            marker => {
                let length = u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]);
                at += 2 + usize::from(length);
                if marker == SCAN {
                    scans += 1;
                    if scans > SCANS_MAX {
                        return None;
                    }
                    at = after_scan(bytes, at)?;
                }
            }
        }
    }
}

/// Where the marker after entropy-coded data stands.
fn after_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *bytes.get(at + 1)? {
            // A stuffed 0xff, or a restart marker: still data.
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

fn png(bytes: &[u8]) -> Option<()> {
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        let kind = bytes.get(at + 4..at + 8)?;
        at = at
            .checked_add(usize::try_from(length).ok()?)?
            .checked_add(12)?;
        bytes.get(..at)?;
        if kind == b"IEND" {
            return Some(());
        }
    }
}

fn webp(bytes: &[u8]) -> Option<()> {
    let size = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let end = usize::try_from(size).ok()?.checked_add(8)?;
    bytes.get(..end).map(|_| ())
}
