use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The validation rules that leave a finding; V1 to V3 refuse instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// The index went back and the register cannot have rolled over.
    V4,
    /// The register rolled over (过圈).
    V5,
    /// High usage (量高).
    V7,
    /// Zero usage (零度户).
    V10,
}

impl Rule {
    /// The broken rule by name, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V4 => "METER_READING_WENT_BACKWARDS",
            Self::V5 => "METER_READING_ROLLED_OVER",
            Self::V7 => "METER_USAGE_HIGH",
            Self::V10 => "METER_USAGE_ZERO",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V4 => "V4",
            Self::V5 => "V5",
            Self::V7 => "V7",
            Self::V10 => "V10",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A person must look before the reading counts.
    Hold,
    /// The reading counts, and the finding is shown with it.
    Warn,
    /// The reading counts, and somebody should go and look.
    Visit,
}

/// What a rule saw in a reading, with all it takes to check the verdict again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: Rule,
    /// Of the published rules.
    pub version: u32,
    pub severity: Severity,
    pub inputs: BTreeMap<String, String>,
    pub threshold: String,
    /// Simplified Chinese, for the person who reads the meter.
    pub message: String,
}
