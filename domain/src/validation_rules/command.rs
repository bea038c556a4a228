use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{ClassRules, CommodityRules};
use crate::units::AccountClass;

#[derive(Clone, Debug)]
pub enum ValidationRulesCommand {
    PublishVersion {
        effective_from: NaiveDate,
        reason: String,
        future_tolerance_minutes: u32,
        water: CommodityRules,
        electricity: CommodityRules,
        classes: BTreeMap<AccountClass, ClassRules>,
    },
}
