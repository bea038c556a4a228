use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampaignId, CampusId};
use chaobiao_projections::self_read_campaigns::query;

use super::types::SelfReadCampaign;
use crate::reading_round::read;
use crate::support::{Services, internal, may};

#[derive(Default)]
pub struct SelfReadCampaignQuery;

#[Object]
impl SelfReadCampaignQuery {
    /// Campaigns for self-reading, the latest first.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "20 + 20 * child_complexity"
    )]
    async fn self_read_campaigns(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
    ) -> Result<Vec<SelfReadCampaign>> {
        let campus = read(campus, CampusId::try_new)?;
        let pool = Services::of(ctx)?.store().pool();
        let campaigns = query::list(pool, None, campus.as_ref()).await;
        let campaigns = campaigns.map_err(|error| internal(ctx, error))?;
        Ok(campaigns.into_iter().map(SelfReadCampaign::from).collect())
    }
}

pub(super) async fn find(
    ctx: &Context<'_>,
    campaign_id: &CampaignId,
) -> Result<Option<SelfReadCampaign>> {
    let pool = Services::of(ctx)?.store().pool();
    let found = query::list(pool, Some(campaign_id), None).await;
    let found = found.map_err(|error| internal(ctx, error))?;
    Ok(found.into_iter().next().map(SelfReadCampaign::from))
}
