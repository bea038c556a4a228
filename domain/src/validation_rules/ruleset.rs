use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::units::Commodity;

/// The thresholds by which readings are judged, in force from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    pub version: u32,
    pub effective_from: NaiveDate,
    /// V2: how far ahead of the server a reader's clock may be.
    pub future_tolerance_minutes: u32,
    pub water: CommodityRules,
    pub electricity: CommodityRules,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommodityRules {
    /// V7: held above this multiple of the reference's average daily usage.
    pub high_factor: Decimal,
    /// V7: daily usage up to this is never called high.
    pub high_floor_per_day: Decimal,
}

impl RuleSet {
    /// What is in force before the centre has published rules of its own.
    pub fn initial() -> Self {
        let rules = CommodityRules {
            high_factor: Decimal::TWO,
            high_floor_per_day: Decimal::ZERO,
        };
        Self {
            version: 0,
            effective_from: NaiveDate::MIN,
            future_tolerance_minutes: 5,
            water: rules.clone(),
            electricity: rules,
        }
    }

    pub const fn of(&self, commodity: Commodity) -> &CommodityRules {
        match commodity {
            Commodity::Water => &self.water,
            Commodity::Electricity => &self.electricity,
        }
    }
}
