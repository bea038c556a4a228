use serde::{Deserialize, Serialize};

use crate::units::GeoPoint;

/// Where a phone stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    #[serde(flatten)]
    pub point: GeoPoint,
    /// How far off the phone says it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<u32>,
}
