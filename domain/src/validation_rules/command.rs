use chrono::NaiveDate;

use super::CommodityRules;

#[derive(Clone, Debug)]
pub enum ValidationRulesCommand {
    PublishVersion {
        effective_from: NaiveDate,
        reason: String,
        future_tolerance_minutes: u32,
        water: CommodityRules,
        electricity: CommodityRules,
    },
}
