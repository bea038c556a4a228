use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::check;

/// The validation rules that leave a finding; V1 and V3 refuse instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// Out of order: taken before a reading that was accepted already.
    V2,
    /// The index went back and the register cannot have rolled over.
    V4,
    /// The register rolled over (过圈).
    V5,
    /// More than the line can deliver.
    V6,
    /// High usage (量高).
    V7,
    /// Low usage (量低).
    V8,
    /// Much more or much less a day than in the period before.
    V9,
    /// Zero usage (零度户).
    V10,
    /// Usage of a point that is out of use.
    V11,
    /// A spike among a day's intervals.
    V12,
    /// The intervals do not add up to what the register moved by.
    V13,
    /// The same value again and again, or a long run of nothing.
    V14,
    /// An interval far from its neighbours (Hampel).
    V15,
    /// An interval or a register is missing.
    V16,
    /// The rates of a time-of-use meter do not add up to its total.
    V17,
    /// Estimated for too long.
    V21,
    /// Two digits exchanged, or the neighbour's dial: suggested, never applied.
    V22,
    /// The photo shows another index, another meter, or was used before.
    V23,
    /// Read too far from the meter's place, or its photo at another time.
    V24,
    /// Leak, burst, or what the device itself reports.
    V25,
}

impl Rule {
    /// The broken rule by name, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V2 => "METER_READING_OUT_OF_ORDER",
            Self::V4 => "METER_READING_WENT_BACKWARDS",
            Self::V5 => "METER_READING_ROLLED_OVER",
            Self::V6 => "METER_USAGE_ABOVE_CAPACITY",
            Self::V7 => "METER_USAGE_HIGH",
            Self::V8 => "METER_USAGE_LOW",
            Self::V9 => "METER_USAGE_CHANGED",
            Self::V10 => "METER_USAGE_ZERO",
            Self::V11 => "METER_USAGE_WHILE_INACTIVE",
            Self::V12 => "METER_INTERVAL_SPIKE",
            Self::V13 => "METER_INTERVAL_SUM_MISMATCH",
            Self::V14 => "METER_INTERVAL_STALE",
            Self::V15 => "METER_INTERVAL_OUTLIER",
            Self::V16 => "METER_INTERVAL_MISSING",
            Self::V17 => "METER_RATES_SUM_MISMATCH",
            Self::V21 => "METER_ESTIMATED_TOO_LONG",
            Self::V22 => "METER_INDEX_LIKELY_MISTYPED",
            Self::V23 => "METER_PHOTO_DISAGREES",
            Self::V24 => "METER_READING_PLACE_OR_TIME",
            Self::V25 => "METER_LEAK_OR_BURST",
        }
    }
}

impl fmt::Display for Rule {
    /// Its number, as written in the rules: `V10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}"))
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

impl Finding {
    /// What its rule makes of its inputs, computed anew (X6). None where they lead to no finding,
    /// or where an old finding did not keep all of them.
    pub fn again(&self) -> Option<Self> {
        check::evaluate(self.rule, self.version, self.inputs.clone())
    }
}
