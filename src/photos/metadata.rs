//! Takes out of a picture what is not picture: place, camera, owner, comments, films in the tail.
//!
//! The stored bytes stay as they came in, because their hash is evidence; this is done on the way
//! out. Only the orientation is kept, without which phones' photos lie on their side.

use chaobiao_photos::gate::MediaType;

/// The picture alone, or `None` where the file is not whole.
pub(super) fn without_metadata(bytes: &[u8]) -> Option<Vec<u8>> {
    match MediaType::of(bytes).ok()? {
        MediaType::Jpeg => jpeg(bytes),
        MediaType::Png => png(bytes),
        // Its parts refer to each other; what is shown of it is drawn anew.
        MediaType::WebP => None,
    }
}

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const EXIF: u8 = 0xe1;

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend([0xff, START]);
    let mut orientation = None;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Any number of 0xff may stand before a marker.
            0xff => at += 1,
            END => {
                out.extend([0xff, END]);
                return Some(out);
            }
            _ => {
                let end = at + 2 + usize::from(be16(bytes, at + 2)?);
                let segment = bytes.get(at..end)?;
                if marker == EXIF && orientation.is_none() {
                    orientation = exif_orientation(segment.get(4..)?);
                    out.extend(orientation.into_iter().flat_map(orientation_segment));
                } else if keeps(marker, segment.get(4..)?) {
                    out.extend(segment);
                }
                at = end;
                if marker == SCAN {
                    at = copy_scan(bytes, at, &mut out)?;
                }
            }
        }
    }
}

/// Which segments decoders need: all but comments and applications' own data, of which JFIF, the
/// colour profile and Adobe's colour transform matter.
fn keeps(marker: u8, data: &[u8]) -> bool {
    match marker {
        0xe0 | 0xee => true,
        0xe2 => data.starts_with(b"ICC_PROFILE\0"),
        0xe1 | 0xe3..=0xef | 0xfe => false,
        _ => true,
    }
}

/// Copies entropy-coded data up to the next marker and gives its place.
fn copy_scan(bytes: &[u8], from: usize, out: &mut Vec<u8>) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *bytes.get(at + 1)? {
            // A stuffed 0xff, or a restart marker: still data.
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => {
                out.extend(bytes.get(from..at)?);
                return Some(at);
            }
        }
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// The orientation (2 to 8; 1 is upright and needs no mention) of an Exif segment.
fn exif_orientation(data: &[u8]) -> Option<u8> {
    const ORIENTATION: u16 = 0x0112;
    let tiff = data.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let value = be16(tiff, at)?;
        Some(if little { value.swap_bytes() } else { value })
    };
    let long = |at: usize| {
        let value = u32::from_be_bytes(tiff.get(at..at + 4)?.try_into().ok()?);
        Some(if little { value.swap_bytes() } else { value })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map(|entry| directory + 2 + 12 * entry)
        .find(|at| short(*at) == Some(ORIENTATION))
        .and_then(|at| short(at + 8))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (2..=8).contains(value))
}

/// An Exif segment that says nothing else.
fn orientation_segment(orientation: u8) -> [u8; 36] {
    let mut segment =
        *b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    segment[29] = orientation;
    segment
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    const SIGNATURE: usize = 8;
    let mut out = bytes.get(..SIGNATURE)?.to_vec();
    let mut at = SIGNATURE;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        let name = bytes.get(at + 4..at + 8)?;
        let end = at
            .checked_add(12)?
            .checked_add(usize::try_from(length).ok()?)?;
        let chunk = bytes.get(at..end)?;
        if !matches!(name, b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME") {
            out.extend(chunk);
        }
        if name == b"IEND" {
            return Some(out);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif(little: bool, orientation: u8) -> Vec<u8> {
        let mut data = b"Exif\0\0".to_vec();
        let two = |value: u16| {
            if little {
                value.to_le_bytes()
            } else {
                value.to_be_bytes()
            }
        };
        data.extend(if little {
            b"II*\0\x08\0\0\0"
        } else {
            b"MM\0*\0\0\0\x08"
        });
        data.extend(two(2));
        // A tag before it: the camera's maker.
        data.extend(two(0x010f));
        data.extend(two(2));
        data.extend([0; 8]);
        data.extend(two(0x0112));
        data.extend(two(3));
        data.extend(if little { [1, 0, 0, 0] } else { [0, 0, 0, 1] });
        data.extend(two(u16::from(orientation)));
        data.extend([0; 6]);
        data
    }

    #[test]
    fn the_orientation_is_found_in_either_byte_order() {
        for little in [false, true] {
            assert_eq!(exif_orientation(&exif(little, 6)), Some(6));
            assert_eq!(exif_orientation(&exif(little, 1)), None);
            assert_eq!(exif_orientation(&exif(little, 9)), None);
        }
        assert_eq!(exif_orientation(b"Exif\0\0II*\0\xff\xff\xff\xff"), None);
        assert_eq!(exif_orientation(b"http://ns.adobe.com/xap/1.0/\0"), None);
    }

    #[test]
    fn the_segment_we_write_is_one_we_read() {
        let segment = orientation_segment(8);
        assert_eq!(usize::from(be16(&segment, 2).unwrap()) + 2, segment.len());
        assert_eq!(exif_orientation(&segment[4..]), Some(8));
    }

    #[test]
    fn nothing_after_the_picture_is_kept_and_nothing_before_its_end_is_missed() {
        let whole =
            b"\xff\xd8\xff\xfe\0\x07hello\xff\xda\0\x02\x11\xff\0\x22\xff\xd0\x33\xff\xd9film";
        let plain = b"\xff\xd8\xff\xda\0\x02\x11\xff\0\x22\xff\xd0\x33\xff\xd9";
        assert_eq!(jpeg(whole).as_deref(), Some(plain.as_slice()));
        for length in 0..plain.len() {
            assert_eq!(without_metadata(&plain[..length]), None, "{length}");
        }
    }
}
