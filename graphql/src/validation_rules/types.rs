use async_graphql::{Object, SimpleObject};
use chaobiao_domain::account;
use chaobiao_domain::validation_rules::{ClassRules, CommodityRules, RuleSet};
use chaobiao_projections::validation_rules::PublishedRules;
use chrono::{DateTime, NaiveDate, Utc};

use super::details::{EstimationRules, IntervalRules};
use crate::account::AccountClass;
use crate::support::{Date, Decimal};

/// What holds for one class of meters.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MeterClassRules {
    /// V7 量高: high above this multiple of the reference's average daily usage.
    high_factor: Decimal,
    /// V7: daily usage up to this is never called high.
    high_floor_per_day: Decimal,
    /// V7: held from so many percent above the limit on, only warned of below; 0 holds all.
    high_hold_percent: u32,
    /// V7: the reference of a meter without usage of its own to compare with; null for none.
    mean_per_day: Option<Decimal>,
    /// V10 零度户: from so many months of nothing in a row on, somebody should go and look.
    zero_visit_months: u32,
    /// V10: months of the year in which nothing used is nothing odd.
    zero_quiet_months: Vec<u32>,
    /// V10: without supply for so many percent of the time, nothing used is nothing odd.
    zero_outage_percent: u32,
    /// V8 量低: low below this multiple of the reference's average daily usage; null where the rule
    /// is off.
    low_factor: Option<Decimal>,
    /// V8: where less than this is expected of a day, nothing is called low.
    low_floor_per_day: Option<Decimal>,
    /// V9: told of from more than so many percent of change on; null where the rule is off.
    change_percent: Option<u32>,
    /// V24: so far from its marked place a meter may be read; null where the rule is off.
    place_metres: Option<u32>,
    /// V24: so far the time on a photo may be from that of the reading; null where the rule is off.
    watermark_minutes: Option<u32>,
    /// V23: from so much certainty on, a photo that shows another index holds the reading.
    photo_hold_percent: u32,
    estimation: EstimationRules,
    /// Of remote meters.
    intervals: IntervalRules,
}

impl From<&CommodityRules> for MeterClassRules {
    fn from(rules: &CommodityRules) -> Self {
        Self {
            high_factor: rules.high_factor.into(),
            high_floor_per_day: rules.high_floor_per_day.into(),
            high_hold_percent: rules.high_hold_percent,
            mean_per_day: rules.mean_per_day.map(Into::into),
            zero_visit_months: rules.zero_visit_months,
            zero_quiet_months: rules.zero_quiet_months.iter().copied().collect(),
            zero_outage_percent: rules.zero_outage_percent,
            low_factor: rules.low.map(|low| low.factor.into()),
            low_floor_per_day: rules.low.map(|low| low.floor_per_day.into()),
            change_percent: rules.change_percent,
            place_metres: rules.place_metres,
            watermark_minutes: rules.watermark_minutes,
            photo_hold_percent: rules.photo_hold_percent,
            estimation: (&rules.estimation).into(),
            intervals: (&rules.intervals).into(),
        }
    }
}

/// What holds for meters of accounts of one class; what is null is as for everybody. Intervals of
/// remote meters are judged alike for all.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct AccountClassRules {
    class: AccountClass,
    water: Option<MeterClassRules>,
    electricity: Option<MeterClassRules>,
}

impl From<(&account::AccountClass, &ClassRules)> for AccountClassRules {
    fn from((class, rules): (&account::AccountClass, &ClassRules)) -> Self {
        Self {
            class: (*class).into(),
            water: rules.water.as_ref().map(Into::into),
            electricity: rules.electricity.as_ref().map(Into::into),
        }
    }
}

/// 校验规则: one version of the thresholds. V1, V3 and V4 have none: V1 compares with what came in
/// before, V3 with the register's digits, V4 with the last index. V5 takes what the line can
/// deliver from the device.
#[derive(Clone, Debug)]
pub struct ValidationRuleSet {
    pub(super) rules: RuleSet,
    published: Option<(DateTime<Utc>, String)>,
}

impl ValidationRuleSet {
    /// What is in force before the centre has published rules of its own.
    pub(super) fn initial() -> Self {
        Self {
            rules: RuleSet::initial(),
            published: None,
        }
    }
}

impl From<PublishedRules> for ValidationRuleSet {
    fn from(row: PublishedRules) -> Self {
        Self {
            rules: row.rules,
            published: Some((row.published_at, row.published_by)),
        }
    }
}

#[Object]
impl ValidationRuleSet {
    /// Findings name it; 0 before any were published.
    async fn version(&self) -> u32 {
        self.rules.version
    }

    /// The first day whose readings it judges; null for version 0.
    async fn effective_from(&self) -> Option<Date> {
        let from = self.rules.effective_from;
        (from > NaiveDate::MIN).then_some(Date(from))
    }

    /// Why it took the place of the version before.
    async fn reason(&self) -> Option<&str> {
        self.rules.reason.as_deref()
    }

    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.published.as_ref().map(|(at, _)| *at)
    }

    /// Such as `staff:li`.
    async fn published_by(&self) -> Option<&str> {
        self.published.as_ref().map(|(_, by)| by.as_str())
    }

    /// V2: how far ahead of the server a reader's clock may be.
    async fn future_tolerance_minutes(&self) -> u32 {
        self.rules.future_tolerance_minutes
    }

    async fn water(&self) -> MeterClassRules {
        (&self.rules.water).into()
    }

    async fn electricity(&self) -> MeterClassRules {
        (&self.rules.electricity).into()
    }

    /// What holds for meters of accounts of one class instead.
    async fn classes(&self) -> Vec<AccountClassRules> {
        let classes = self.rules.classes.iter();
        classes.map(AccountClassRules::from).collect()
    }
}
