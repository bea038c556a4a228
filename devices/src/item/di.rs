//! A data identifier.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// A data identifier of so many bytes; shown with the highest byte first, sent with the lowest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Di<const BYTES: usize>([u8; BYTES]);

impl<const BYTES: usize> Di<BYTES> {
    /// From the bytes as sent.
    pub const fn from_wire(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes as sent.
    pub fn wire(self) -> [u8; BYTES] {
        self.0
    }

    /// As a number, for tables.
    pub fn number(self) -> u32 {
        let bytes = self.0.iter().rev();
        bytes.fold(0, |number, byte| number << 8 | u32::from(*byte))
    }
}

impl<const BYTES: usize> fmt::Display for Di<BYTES> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:0digits$X}", self.number(), digits = BYTES * 2)
    }
}

impl<const BYTES: usize> fmt::Debug for Di<BYTES> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("数据标识应为 {digits} 位十六进制数")]
pub struct DiError {
    digits: usize,
}

impl<const BYTES: usize> FromStr for Di<BYTES> {
    type Err = DiError;

    fn from_str(text: &str) -> Result<Self, DiError> {
        let mut bytes = [0; BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| DiError { digits: BYTES * 2 })?;
        bytes.reverse();
        Ok(Self(bytes))
    }
}

impl<'de, const BYTES: usize> Deserialize<'de> for Di<BYTES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
