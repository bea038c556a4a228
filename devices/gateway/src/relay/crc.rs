//! CRC-32 (ISO-HDLC), as in Ethernet and zip.

const POLYNOMIAL: u32 = 0xEDB8_8320;

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index: u32 = 0;
    while index < 256 {
        let mut value = index;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                value >> 1 ^ POLYNOMIAL
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[index as usize] = value;
        index += 1;
    }
    table
};

/// The sum of one piece.
pub(super) fn sum(bytes: &[u8]) -> u32 {
    sum_of(&[bytes])
}

/// The sum of several pieces after each other.
pub(super) fn sum_of(pieces: &[&[u8]]) -> u32 {
    let mut sum = u32::MAX;
    for byte in pieces.iter().copied().flatten() {
        let [low, ..] = sum.to_le_bytes();
        let index = usize::from(low ^ byte);
        sum = sum >> 8 ^ TABLE.get(index).copied().unwrap_or_default();
    }
    !sum
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_is_the_published_one() {
        assert_eq!(super::sum(b"123456789"), 0xCBF4_3926);
        assert_eq!(super::sum_of(&[b"1234", b"", b"56789"]), 0xCBF4_3926);
    }
}
