use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::account;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::validation_rules::{
    ClassRules, CommodityRules, LowUsage, PublishValidationRules,
};

use super::ValidationRuleSet;
use super::details::{EstimationInput, IntervalRulesInput};
use super::query::all;
use crate::account::AccountClass;
use crate::support::{Date, Decimal, UserError, may, run};

/// What is left out takes its default, not the value of the version before.
#[derive(InputObject)]
pub(super) struct MeterClassRulesInput {
    high_factor: Decimal,
    high_floor_per_day: Decimal,
    #[graphql(default)]
    high_hold_percent: u32,
    mean_per_day: Option<Decimal>,
    #[graphql(default = 3)]
    zero_visit_months: u32,
    #[graphql(default)]
    zero_quiet_months: Vec<u32>,
    /// V10: without supply for so many percent of the time, nothing used is nothing odd.
    #[graphql(default = 50)]
    zero_outage_percent: u32,
    /// V8 量低; null switches the rule off.
    #[graphql(default_with = "Some(Decimal(LowUsage::default().factor))")]
    low_factor: Option<Decimal>,
    #[graphql(default_with = "Decimal(LowUsage::default().floor_per_day)")]
    low_floor_per_day: Decimal,
    /// V9 用量变化; left out, the rule is off.
    change_percent: Option<u32>,
    /// V24; null switches the rule off.
    #[graphql(default_with = "Some(200)")]
    place_metres: Option<u32>,
    /// V24; null switches the rule off.
    #[graphql(default_with = "Some(10)")]
    watermark_minutes: Option<u32>,
    /// V23: from so much certainty on, a photo that shows another index holds the reading.
    #[graphql(default = 90)]
    photo_hold_percent: u32,
    #[graphql(default)]
    estimation: EstimationInput,
    #[graphql(default)]
    intervals: IntervalRulesInput,
}

impl From<MeterClassRulesInput> for CommodityRules {
    fn from(input: MeterClassRulesInput) -> Self {
        Self {
            high_factor: input.high_factor.0,
            high_floor_per_day: input.high_floor_per_day.0,
            high_hold_percent: input.high_hold_percent,
            mean_per_day: input.mean_per_day.map(|mean| mean.0),
            zero_visit_months: input.zero_visit_months,
            zero_quiet_months: input.zero_quiet_months.into_iter().collect::<BTreeSet<_>>(),
            zero_outage_percent: input.zero_outage_percent,
            low: input.low_factor.map(|factor| LowUsage {
                factor: factor.0,
                floor_per_day: input.low_floor_per_day.0,
            }),
            change_percent: input.change_percent,
            place_metres: input.place_metres,
            watermark_minutes: input.watermark_minutes,
            photo_hold_percent: input.photo_hold_percent,
            estimation: input.estimation.into(),
            intervals: input.intervals.into(),
        }
    }
}

/// What is left out is as for everybody.
#[derive(InputObject)]
pub(super) struct AccountClassRulesInput {
    class: AccountClass,
    water: Option<MeterClassRulesInput>,
    electricity: Option<MeterClassRulesInput>,
}

/// A class named twice would have two sets of thresholds.
fn classes(
    input: Vec<AccountClassRulesInput>,
) -> std::result::Result<BTreeMap<account::AccountClass, ClassRules>, Rejection> {
    let mut classes = BTreeMap::new();
    for one in input {
        let rules = ClassRules {
            water: one.water.map(Into::into),
            electricity: one.electricity.map(Into::into),
        };
        if classes.insert(one.class.into(), rules).is_some() {
            let twice = Rejection::new("VALIDATION_RULES_CLASS_TWICE", "同一类户号只能写一次");
            return Err(twice.on("classes"));
        }
    }
    Ok(classes)
}

#[derive(InputObject)]
pub(super) struct PublishValidationRulesInput {
    idempotency_key: String,
    /// After that of every version before. Readings judged already keep their verdict.
    effective_from: Date,
    reason: String,
    #[graphql(default = 5)]
    future_tolerance_minutes: u32,
    water: MeterClassRulesInput,
    electricity: MeterClassRulesInput,
    /// What holds for meters of accounts of one class instead.
    #[graphql(default)]
    classes: Vec<AccountClassRulesInput>,
}

#[derive(SimpleObject)]
pub(super) struct PublishValidationRulesPayload {
    validation_rules: Option<ValidationRuleSet>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(Default)]
pub struct ValidationRulesMutation;

#[Object]
impl ValidationRulesMutation {
    /// Puts new thresholds in force from a day on.
    #[graphql(guard = "may(Permission::ReviewReadings)")]
    async fn publish_validation_rules(
        &self,
        ctx: &Context<'_>,
        input: PublishValidationRulesInput,
    ) -> Result<PublishValidationRulesPayload> {
        let publish = classes(input.classes).map(|classes| PublishValidationRules {
            effective_from: input.effective_from.0,
            reason: input.reason,
            future_tolerance_minutes: input.future_tolerance_minutes,
            water: input.water.into(),
            electricity: input.electricity.into(),
            classes,
        });
        let key = &input.idempotency_key;
        let ran = run(ctx, "publishValidationRules", key, publish).await?;
        let validation_rules = match &ran.outcome {
            Some(published) => all(ctx)
                .await?
                .into_iter()
                .find(|version| version.rules.version == published.version),
            None => None,
        };
        Ok(PublishValidationRulesPayload {
            validation_rules,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
