use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Estimation, IntervalRules};
use crate::units::{AccountClass, Commodity};

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
    /// What holds for meters of accounts of one class instead.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<AccountClass, ClassRules>,
}

/// What holds for one class of accounts; what is left out is as for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRules {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub water: Option<CommodityRules>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub electricity: Option<CommodityRules>,
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
    /// V10: without supply for so many percent of the time (停供), nothing used is nothing odd.
    #[serde(default = "half", skip_serializing_if = "is_half")]
    pub zero_outage_percent: u32,
    /// V8; none for versions published before there was the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<LowUsage>,
    /// V9: from more than so many percent of change on, a usage is told of; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<u32>,
    /// V24: so far from its marked place a meter may be read; none for anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_metres: Option<u32>,
    /// V24: so far the time on a photo may be from that of the reading; none for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark_minutes: Option<u32>,
    /// V23: from so much certainty on, a photo that shows another index holds the reading.
    #[serde(default = "ninety", skip_serializing_if = "is_ninety")]
    pub photo_hold_percent: u32,
    #[serde(default, skip_serializing_if = "Estimation::is_usual")]
    pub estimation: Estimation,
    #[serde(default, skip_serializing_if = "IntervalRules::are_usual")]
    pub intervals: IntervalRules,
}

/// V8: what counts as low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowUsage {
    /// Low below this multiple of the reference's average daily usage.
    pub factor: Decimal,
    /// Where less than this is expected of a day, nothing is called low.
    pub floor_per_day: Decimal,
}

impl Default for LowUsage {
    fn default() -> Self {
        Self {
            factor: Decimal::new(4, 1),
            floor_per_day: Decimal::new(1, 1),
        }
    }
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_half(percent: &u32) -> bool {
    *percent == half()
}

const fn half() -> u32 {
    50
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_ninety(number: &u32) -> bool {
    *number == ninety()
}

const fn ninety() -> u32 {
    90
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
            zero_outage_percent: half(),
            low: Some(LowUsage::default()),
            change_percent: None,
            place_metres: Some(200),
            watermark_minutes: Some(10),
            photo_hold_percent: ninety(),
            estimation: Estimation::default(),
            intervals: IntervalRules::default(),
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
            classes: BTreeMap::new(),
        }
    }

    /// What of these holds for the meters of an account of this class; for those of no account it is
    /// what holds for everybody.
    #[must_use]
    pub fn for_class(mut self, class: Option<AccountClass>) -> Self {
        let own = class.and_then(|class| self.classes.remove(&class));
        self.classes.clear();
        if let Some(ClassRules { water, electricity }) = own {
            self.water = water.unwrap_or(self.water);
            self.electricity = electricity.unwrap_or(self.electricity);
        }
        self
    }

    pub const fn of(&self, commodity: Commodity) -> &CommodityRules {
        match commodity {
            Commodity::Water => &self.water,
            Commodity::Electricity => &self.electricity,
        }
    }
}
