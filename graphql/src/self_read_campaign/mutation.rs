use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::self_read_campaign::{CampaignChanged, EndCampaign, OpenCampaign};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampaignId, CampusId, MeterNo};
use chaobiao_projections::meter_card;

use super::query::find;
use super::types::SelfReadCampaign;
use crate::support::{Date, Services, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct OpenSelfReadCampaignInput {
    idempotency_key: String,
    campaign_id: String,
    name: String,
    campus_id: String,
    /// Only the meters of one book.
    book: Option<String>,
    /// Left out, all meters of the campus, or of the book, that customers may read themselves.
    meter_nos: Option<Vec<String>>,
    from: Date,
    /// The last day for the customers.
    until: Date,
    /// Days on which those who have not read yet are reminded.
    #[graphql(default)]
    remind_on: Vec<Date>,
}

#[derive(InputObject)]
pub(super) struct EndSelfReadCampaignInput {
    idempotency_key: String,
    campaign_id: String,
}

payloads!(
    campaign: SelfReadCampaign, |ctx, changed: CampaignChanged| find(ctx, &changed.campaign_id);
    OpenSelfReadCampaignPayload,
    EndSelfReadCampaignPayload
);

/// Whom a campaign is for, when its meters are not named one by one.
fn scope(input: &OpenSelfReadCampaignInput) -> Result<(CampusId, Option<BookNo>), Rejection> {
    let book = input.book.as_deref().map(BookNo::try_new).transpose();
    Ok((
        field("campusId", CampusId::try_new(&input.campus_id))?,
        field("book", book)?,
    ))
}

fn open(
    input: &OpenSelfReadCampaignInput,
    campus: CampusId,
    registered: Vec<MeterNo>,
) -> Result<OpenCampaign, Rejection> {
    let meters = match &input.meter_nos {
        Some(numbers) => field("meterNos", numbers.iter().map(MeterNo::try_new).collect())?,
        None => registered,
    };
    Ok(OpenCampaign {
        campaign_id: field("campaignId", CampaignId::try_new(&input.campaign_id))?,
        name: input.name.clone(),
        campus,
        meters,
        from: input.from.0,
        until: input.until.0,
        remind_on: input.remind_on.iter().map(|day| day.0).collect(),
    })
}

#[derive(Default)]
pub struct SelfReadCampaignMutation;

#[Object]
impl SelfReadCampaignMutation {
    /// Asks customers to read their own meters, and reminds those who have not.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn open_self_read_campaign(
        &self,
        ctx: &Context<'_>,
        input: OpenSelfReadCampaignInput,
    ) -> Result<OpenSelfReadCampaignPayload> {
        let process = match scope(&input) {
            Ok((campus, book)) => {
                let registered = if input.meter_nos.is_none() {
                    let pool = Services::of(ctx)?.store().pool();
                    let meters = meter_card::query::self_read(pool, &campus, book.as_ref()).await;
                    meters.map_err(|error| internal(ctx, error))?
                } else {
                    Vec::new()
                };
                open(&input, campus, registered)
            }
            Err(rejection) => Err(rejection),
        };
        let key = &input.idempotency_key;
        let ran = run(ctx, "openSelfReadCampaign", key, process).await?;
        OpenSelfReadCampaignPayload::of(ctx, ran).await
    }

    /// Ends a campaign before its time, or after it.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn end_self_read_campaign(
        &self,
        ctx: &Context<'_>,
        input: EndSelfReadCampaignInput,
    ) -> Result<EndSelfReadCampaignPayload> {
        let campaign_id = field("campaignId", CampaignId::try_new(&input.campaign_id));
        let process = campaign_id.map(|campaign_id| EndCampaign { campaign_id });
        let key = &input.idempotency_key;
        let ran = run(ctx, "endSelfReadCampaign", key, process).await?;
        EndSelfReadCampaignPayload::of(ctx, ran).await
    }
}
