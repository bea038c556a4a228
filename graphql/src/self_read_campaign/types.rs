use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use chaobiao_domain::units::CampaignId;
use chaobiao_projections::self_read_campaigns::{CampaignRow, query};

use crate::support::{Connection, Date, Services, connection, internal, page, page_size};

/// A campaign for self-reading (自助抄表活动), in figures.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct SelfReadCampaign {
    campaign_id: String,
    name: String,
    campus: String,
    from: Date,
    /// The last day for the customers.
    until: Date,
    remind_on: Vec<Date>,
    ended_on: Option<Date>,
    meters: i64,
    /// Read by their customers.
    self_read: i64,
    /// Read by anybody.
    read: i64,
    /// Reminders sent, over all meters.
    reminders: i64,
    #[graphql(skip)]
    id: CampaignId,
}

#[ComplexObject]
impl SelfReadCampaign {
    /// Numbers of the meters nobody has read yet.
    #[graphql(complexity = "1 + page_size(first)")]
    async fn unread_meter_nos(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String>> {
        let page = page(ctx, "campaign_unread", first, after.as_deref())?;
        let slice = query::unread(Services::of(ctx)?.store().pool(), &self.id, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "campaign_unread", slice, |meter_no| {
            meter_no.to_string()
        })
    }
}

impl From<CampaignRow> for SelfReadCampaign {
    fn from(row: CampaignRow) -> Self {
        Self {
            campaign_id: row.campaign_id.to_string(),
            name: row.name,
            campus: row.campus.to_string(),
            from: Date(row.from),
            until: Date(row.until),
            remind_on: row.remind_on.into_iter().map(Date).collect(),
            ended_on: row.ended_on.map(Date),
            meters: row.meters,
            self_read: row.self_read,
            read: row.read,
            reminders: row.reminders,
            id: row.campaign_id,
        }
    }
}
