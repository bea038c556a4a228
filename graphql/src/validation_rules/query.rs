use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::business_date;
use chaobiao_projections::validation_rules;

use super::ValidationRuleSet;
use crate::support::{Date, Services, internal, may};

#[derive(Default)]
pub struct ValidationRulesQuery;

#[Object]
impl ValidationRulesQuery {
    /// Every version of the rules, the newest first; last the one in force before any was
    /// published.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 10 * child_complexity"
    )]
    async fn validation_rules(&self, ctx: &Context<'_>) -> Result<Vec<ValidationRuleSet>> {
        all(ctx).await
    }

    /// The rules for readings taken on a day; left out, today.
    #[graphql(guard = "may(Permission::ViewMeters)")]
    async fn validation_rules_in_force(
        &self,
        ctx: &Context<'_>,
        on: Option<Date>,
    ) -> Result<Option<ValidationRuleSet>> {
        let today = business_date(Services::of(ctx)?.store().clock().now());
        let day = on.map_or(today, |on| on.0);
        let versions = all(ctx).await?.into_iter();
        Ok(versions
            .filter(|version| version.rules.effective_from <= day)
            .max_by_key(|version| version.rules.effective_from))
    }
}

pub(super) async fn all(ctx: &Context<'_>) -> Result<Vec<ValidationRuleSet>> {
    let published = validation_rules::query::all(Services::of(ctx)?.store().pool()).await;
    let published = published.map_err(|error| internal(ctx, error))?;
    let mut versions: Vec<ValidationRuleSet> = published.into_iter().map(Into::into).collect();
    versions.push(ValidationRuleSet::initial());
    Ok(versions)
}
