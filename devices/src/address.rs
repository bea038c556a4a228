//! A meter's address on its line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::bcd;

/// Digits of an address, kept as sent: the lowest byte first. Its text has the highest first and
/// keeps leading zeros, as printed on the meter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address<const BYTES: usize>([u8; BYTES]);

/// Stands for any digits.
const WILDCARD: u8 = 0xAA;
/// All bytes so: everybody, and nobody answers.
const BROADCAST: u8 = 0x99;

impl<const BYTES: usize> Address<BYTES> {
    /// Any meter: the only one on the line answers.
    pub const ANY: Self = Self([WILDCARD; BYTES]);
    /// Every meter.
    pub const BROADCAST: Self = Self([BROADCAST; BYTES]);

    /// From the bytes as sent.
    pub fn from_wire(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// From exactly as many bytes as an address has.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// The bytes as sent.
    pub fn wire(&self) -> &[u8; BYTES] {
        &self.0
    }

    pub fn is_broadcast(&self) -> bool {
        *self == Self::BROADCAST
    }

    /// Whether some of it stands for any digits.
    pub fn is_wildcard(&self) -> bool {
        self.0.contains(&WILDCARD)
    }

    /// Whether a meter with the address `other` would feel addressed by this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.is_broadcast()
            || self
                .0
                .iter()
                .zip(other.0)
                .all(|(asked, own)| *asked == WILDCARD || *asked == own)
    }
}

impl<const BYTES: usize> fmt::Display for Address<BYTES> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bcd::high_first(&self.0))
    }
}

impl<const BYTES: usize> fmt::Debug for Address<BYTES> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("表地址应为 1 至 {digits} 位数字：{text}")]
pub struct AddressError {
    digits: usize,
    text: String,
}

impl<const BYTES: usize> FromStr for Address<BYTES> {
    type Err = AddressError;

    /// Takes fewer digits, too: zeros go before them.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let digits = BYTES * 2;
        let refused = || AddressError {
            digits,
            text: text.chars().take(64).collect(),
        };
        if text.is_empty() || text.len() > digits {
            return Err(refused());
        }
        let mut bytes = [0; BYTES];
        hex::decode_to_slice(format!("{text:0>digits$}"), &mut bytes).map_err(|_| refused())?;
        bytes.reverse();
        Ok(Self(bytes))
    }
}

impl<'de, const BYTES: usize> Deserialize<'de> for Address<BYTES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Six = Address<6>;

    #[test]
    fn leading_zeros_stay_and_may_be_left_out() {
        let address: Six = "1234".parse().unwrap();
        assert_eq!(address.wire(), &[0x34, 0x12, 0, 0, 0, 0]);
        assert_eq!(address.to_string(), "000000001234");
        for bad in ["", "1234567890123", "12G4", "１２"] {
            assert!(bad.parse::<Six>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_covers_its_digits_and_a_broadcast_everybody() {
        let meter: Six = "202401150037".parse().unwrap();
        let some: Six = "AAAAAAAAAA37".parse().unwrap();
        let other: Six = "AAAAAAAAAA38".parse().unwrap();
        assert!(Six::ANY.covers(&meter) && some.covers(&meter) && Six::BROADCAST.covers(&meter));
        assert!(!other.covers(&meter) && !meter.covers(&some));
        assert!(some.is_wildcard() && !meter.is_wildcard());
    }
}
