//! Packed decimal digits, two a byte, the lowest byte first, as all these protocols send them.

/// The number in `bytes`, or nothing if a nibble is no digit or there are more than 18 digits.
pub fn read(bytes: &[u8]) -> Option<i64> {
    if bytes.len() > 9 {
        return None;
    }
    bytes.iter().rev().try_fold(0, |number: i64, byte| {
        Some(number * 100 + i64::from(pair(*byte)?))
    })
}

/// The two digits of one byte.
pub fn pair(byte: u8) -> Option<u8> {
    let (high, low) = (byte >> 4, byte & 0xF);
    (high <= 9 && low <= 9).then_some(high * 10 + low)
}

/// One byte of two digits; the tens of `number` beyond 99 are lost.
pub fn packed(number: u32) -> u8 {
    let pair = number % 100;
    // Both are below ten.
    u8::try_from(pair / 10 * 16 + pair % 10).unwrap_or_default()
}

/// Writes `number` into `bytes`; `false` if it is negative or has more digits than fit.
#[must_use]
pub fn write(number: i64, bytes: &mut [u8]) -> bool {
    let Ok(mut rest) = u64::try_from(number) else {
        return false;
    };
    for byte in bytes {
        *byte = packed(u32::try_from(rest % 100).unwrap_or_default());
        rest /= 100;
    }
    rest == 0
}

/// Digits (or the hexadecimal ones of a wildcard) the highest first, as printed on a meter.
pub fn high_first(bytes: &[u8]) -> String {
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    hex::encode_upper(reversed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lowest_byte_comes_first() {
        assert_eq!(read(&[0x56, 0x34, 0x12, 0x00]), Some(123_456));
        assert_eq!(read(&[0x0A]), None);
        assert_eq!(read(&[0xA0]), None);
        assert_eq!(read(&[0; 10]), None);
        assert_eq!(
            high_first(&[0x12, 0x90, 0x78, 0x56, 0x34, 0x12]),
            "123456789012"
        );
    }

    #[test]
    fn what_does_not_fit_is_not_cut() {
        let mut bytes = [0; 2];
        assert!(write(9999, &mut bytes));
        assert!(!write(10_000, &mut bytes));
        assert!(!write(-1, &mut bytes));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 0..1_000_000_000_000_i64) {
            let mut bytes = [0; 6];
            prop_assert!(write(number, &mut bytes));
            prop_assert_eq!(read(&bytes), Some(number));
        }
    }
}
