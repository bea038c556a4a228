//! Data identifiers, which go over the line in either order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::item::DiError;

/// A data identifier, as the standard's tables write it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Di(pub u16);

/// In which order a meter sends the two bytes. It is to be asked in its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiOrder {
    /// `90 1F`, as most meters do.
    #[default]
    HighFirst,
    /// `1F 90`, as the text of 2004 has it.
    LowFirst,
}

impl Di {
    pub const READING: Self = Self(0x901F);
    pub const ADDRESS: Self = Self(0x810A);
    pub const KEY_VERSION: Self = Self(0x8106);
    pub const WRITE_ADDRESS: Self = Self(0xA018);
    pub const VALVE: Self = Self(0xA017);
    pub const BASE_VALUE: Self = Self(0xA016);

    /// Reads two bytes in the order in which they name something; high first if neither does.
    pub(crate) fn from_wire(bytes: [u8; 2]) -> (Self, DiOrder) {
        let high_first = Self(u16::from_be_bytes(bytes));
        let low_first = Self(u16::from_le_bytes(bytes));
        if !high_first.is_known() && low_first.is_known() {
            (low_first, DiOrder::LowFirst)
        } else {
            (high_first, DiOrder::HighFirst)
        }
    }

    pub(crate) fn wire(self, order: DiOrder) -> [u8; 2] {
        match order {
            DiOrder::HighFirst => self.0.to_be_bytes(),
            DiOrder::LowFirst => self.0.to_le_bytes(),
        }
    }

    /// Whether the standard or a maker known to us uses it.
    pub fn is_known(self) -> bool {
        matches!(
            self.0,
            0x901F
                | 0x921F
                | 0x8102..=0x810A
                | 0xA010..=0xA019
                | 0xA101..=0xA107
                | 0xD120..=0xD12B
                | 0xD200..=0xD4FF
        )
    }
}

impl fmt::Display for Di {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04X}", self.0)
    }
}

impl fmt::Debug for Di {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Di {
    type Err = DiError;

    fn from_str(text: &str) -> Result<Self, DiError> {
        let di: crate::item::Di<2> = text.parse()?;
        Ok(Self(u16::from_le_bytes(di.wire())))
    }
}

impl<'de> Deserialize<'de> for Di {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
