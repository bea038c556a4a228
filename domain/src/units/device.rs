//! How a meter is called on its bus and what it answers, as text: what speaks to it knows how that
//! is put into frames.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Commodity, ValueError, normalise_digits};

/// The longest a collector or a meter's radio sends at once.
const FRAME_BYTES_MAX: usize = 1_024;

/// How a meter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MeterProtocol {
    #[serde(rename = "dlt645-1997")]
    Dlt645Of1997,
    #[serde(rename = "dlt645-2007")]
    Dlt645Of2007,
    #[serde(rename = "cjt188")]
    Cjt188,
}

impl MeterProtocol {
    pub const ALL: [Self; 3] = [Self::Dlt645Of1997, Self::Dlt645Of2007, Self::Cjt188];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dlt645Of1997 => "dlt645-1997",
            Self::Dlt645Of2007 => "dlt645-2007",
            Self::Cjt188 => "cjt188",
        }
    }

    /// What meters that speak so measure.
    pub const fn commodity(self) -> Commodity {
        match self {
            Self::Dlt645Of1997 | Self::Dlt645Of2007 => Commodity::Electricity,
            Self::Cjt188 => Commodity::Water,
        }
    }
}

/// 通信地址: twelve digits of an electricity meter (DL/T 645), or the kind of meter and fourteen
/// digits (CJ/T 188), as `10-78330000010001`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceAddress(String);

impl DeviceAddress {
    /// Electricity meters may leave out zeros in front, as on their plates.
    pub fn try_new(text: impl AsRef<str>) -> Result<Self, ValueError> {
        let what = "通信地址";
        let text = normalise_digits(text.as_ref()).to_ascii_uppercase();
        if text.is_empty() {
            return Err(ValueError::Empty { what });
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let address = match text.split_once('-') {
            Some((kind, address)) if kind.len() == 2 && address.len() == 14 => {
                (hex(kind) && digits(address)).then_some(text)
            }
            None if text.len() <= 12 && digits(&text) => Some(format!("{text:0>12}")),
            _ => None,
        };
        address.map(Self).ok_or(ValueError::BadFormat { what })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an address of that protocol.
    pub fn is_of(&self, protocol: MeterProtocol) -> bool {
        self.0.contains('-') == (protocol == MeterProtocol::Cjt188)
    }

    /// What a meter with such an address measures.
    pub fn commodity(&self) -> Commodity {
        if self.is_of(MeterProtocol::Cjt188) {
            Commodity::Water
        } else {
            Commodity::Electricity
        }
    }
}

impl fmt::Display for DeviceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for DeviceAddress {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::try_new(text)
    }
}

impl From<DeviceAddress> for String {
    fn from(address: DeviceAddress) -> Self {
        address.0
    }
}

/// The bytes a meter answered with, in hexadecimal as they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RawFrame(String);

impl RawFrame {
    /// Blanks between the bytes are for people.
    pub fn try_new(text: impl AsRef<str>) -> Result<Self, ValueError> {
        let what = "报文";
        let digits = normalise_digits(text.as_ref()).to_ascii_lowercase();
        if digits.is_empty() {
            return Err(ValueError::Empty { what });
        }
        if digits.len() > 2 * FRAME_BYTES_MAX {
            let max = FRAME_BYTES_MAX;
            return Err(ValueError::TooLong { what, max });
        }
        if digits.len() % 2 == 1 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ValueError::BadFormat { what });
        }
        Ok(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RawFrame {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::try_new(text)
    }
}

impl From<RawFrame> for String {
    fn from(frame: RawFrame) -> Self {
        frame.0
    }
}
