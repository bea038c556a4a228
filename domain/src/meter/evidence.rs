//! What shows how and where a reading was taken (R3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::handle::text;
use super::{MeterError, ReadState};
use crate::units::{GeoPoint, ValueError, normalise_digits};

const DEVICE_LENGTH_MAX: usize = 60;
/// The longest a collector or a meter's radio sends at once.
const FRAME_BYTES_MAX: usize = 1_024;

/// All of it may be missing: readings come in many ways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// 抄见状态; none is 正常.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ReadState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<GeoPoint>,
    /// The phone, handheld or collector it was taken with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The time printed on the photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<RawFrame>,
    /// The address in the frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
}

impl Evidence {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same without white space around what was typed.
    pub(super) fn checked(self) -> Result<Self, MeterError> {
        let device = self
            .device
            .as_deref()
            .filter(|name| !name.trim().is_empty());
        let device = device.map(|name| text(name, "device", "抄表设备", DEVICE_LENGTH_MAX));
        Ok(Self {
            device: device.transpose()?,
            ..self
        })
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
