use serde::{Deserialize, Serialize};

/// What an index nobody read can be estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EstimationMethod {
    /// A reading that was taken later: a straight line between it and the one before.
    LaterActual,
    /// The average day of the same dates a year earlier (去年同期).
    LastYear,
    /// The average day of the last three periods that were read (前三期).
    RecentPeriods,
    /// The average day of the device now on the wall (新表日均).
    PresentDevice,
    /// The average day of a meter of its class (同类均值).
    ClassMean,
    /// Nothing was used, as somebody saw (无量).
    NoUsage,
}

impl EstimationMethod {
    pub const fn label(self) -> &'static str {
        match self {
            Self::LaterActual => "后次实抄内插",
            Self::LastYear => "去年同期日均",
            Self::RecentPeriods => "前三期日均",
            Self::PresentDevice => "现装表具日均",
            Self::ClassMean => "同类表日均",
            Self::NoUsage => "无量",
        }
    }
}

/// How readings are estimated, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimation {
    /// The first that has something to go by is taken.
    pub order: Vec<EstimationMethod>,
    /// V21: with so many estimates in a row somebody has to go there, and no more are made.
    pub in_a_row_max: u32,
    /// V21: the same, more than so many months after the last reading.
    pub months_max: u32,
}

impl Default for Estimation {
    fn default() -> Self {
        Self {
            order: vec![
                EstimationMethod::LaterActual,
                EstimationMethod::LastYear,
                EstimationMethod::RecentPeriods,
                EstimationMethod::ClassMean,
            ],
            in_a_row_max: 3,
            months_max: 6,
        }
    }
}

impl Estimation {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}
