use std::collections::BTreeMap;

use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{ClassRules, CommodityRules, ValidationRules, ValidationRulesCommand};
use crate::units::AccountClass;

/// Puts new thresholds in force from a date on; readings judged before keep their verdict.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PublishValidationRules {
    pub effective_from: NaiveDate,
    /// Why, for whoever asks later.
    pub reason: String,
    pub future_tolerance_minutes: u32,
    pub water: CommodityRules,
    pub electricity: CommodityRules,
    /// What holds for meters of accounts of one class instead.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<AccountClass, ClassRules>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesPublished {
    pub version: u32,
}

impl Process for PublishValidationRules {
    const NAME: &'static str = "validation_rules.publish_version";
    type Outcome = RulesPublished;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RulesPublished, Stop> {
        workspace.execute::<ValidationRules>(
            ValidationRules::ID,
            ValidationRulesCommand::PublishVersion {
                effective_from: self.effective_from,
                reason: self.reason.clone(),
                future_tolerance_minutes: self.future_tolerance_minutes,
                water: self.water.clone(),
                electricity: self.electricity.clone(),
                classes: self.classes.clone(),
            },
        )?;
        let rules = workspace.get::<ValidationRules>(ValidationRules::ID)?;
        Ok(RulesPublished {
            version: rules.latest_version(),
        })
    }
}
