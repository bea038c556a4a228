use std::collections::BTreeSet;

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
    /// Why these took the place of those before. Versions published long ago gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// V2: how far ahead of the server a reader's clock may be.
    pub future_tolerance_minutes: u32,
    pub water: CommodityRules,
    pub electricity: CommodityRules,
}

/// What holds for one class of meters. Fields that came later are left out where they say what
/// was always done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommodityRules {
    /// V7: high above this multiple of the reference's average daily usage.
    pub high_factor: Decimal,
    /// V7: daily usage up to this is never called high.
    pub high_floor_per_day: Decimal,
    /// V7: held from so many percent above the limit on, and only warned of below; 0 holds all.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub high_hold_percent: u32,
    /// V7: the reference of a meter that has no usage of its own to compare with (同类均值).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_per_day: Option<Decimal>,
    /// V10: from so many months of nothing in a row on, somebody should go and look.
    #[serde(default = "three", skip_serializing_if = "is_three")]
    pub zero_visit_months: u32,
    /// V10: months of the year in which nothing used is nothing odd, such as those of a vacation.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub zero_quiet_months: BTreeSet<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_three(number: &u32) -> bool {
    *number == three()
}

const fn three() -> u32 {
    3
}

impl Default for CommodityRules {
    fn default() -> Self {
        Self {
            high_factor: Decimal::TWO,
            high_floor_per_day: Decimal::ZERO,
            high_hold_percent: 0,
            mean_per_day: None,
            zero_visit_months: three(),
            zero_quiet_months: BTreeSet::new(),
        }
    }
}

impl RuleSet {
    /// What is in force before the centre has published rules of its own.
    pub fn initial() -> Self {
        Self {
            version: 0,
            effective_from: NaiveDate::MIN,
            reason: None,
            future_tolerance_minutes: 5,
            water: CommodityRules::default(),
            electricity: CommodityRules::default(),
        }
    }

    pub const fn of(&self, commodity: Commodity) -> &CommodityRules {
        match commodity {
            Commodity::Water => &self.water,
            Commodity::Electricity => &self.electricity,
        }
    }
}
