//! What shows how and where a reading was taken (R3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::handle::text;
use super::{MeterError, ReadState};
use crate::units::{GeoPoint, RateIndexes, RawFrame};

const DEVICE_LENGTH_MAX: usize = 60;

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
    /// 分时示数: what the registers of a time-of-use meter showed beside the index.
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
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
