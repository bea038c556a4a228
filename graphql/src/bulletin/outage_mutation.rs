use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::bulletin::outage::{
    CancelOutage, ExtendOutage, OutageArea, OutageChanged, OutageError, PublishOutage,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, MeterNo, OutageId};
use chaobiao_projections::outages;
use chrono::{DateTime, Utc};

use super::outage_types::Outage;
use crate::support::{Commodity, Services, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct PublishOutageInput {
    idempotency_key: String,
    commodities: Vec<Commodity>,
    campus_id: String,
    /// One building, one meter or one account; the whole campus, when all are left out.
    building: Option<String>,
    meter_no: Option<String>,
    account_no: Option<String>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ExtendOutageInput {
    idempotency_key: String,
    outage_id: String,
    to: DateTime<Utc>,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct CancelOutageInput {
    idempotency_key: String,
    outage_id: String,
    reason: String,
}

payloads!(
    outage: Outage, |ctx, changed: OutageChanged| find(ctx, changed);
    PublishOutagePayload,
    ExtendOutagePayload,
    CancelOutagePayload
);

async fn find(ctx: &Context<'_>, changed: &OutageChanged) -> Result<Option<Outage>> {
    let pool = Services::of(ctx)?.store().pool();
    let row = outages::by_id(pool, changed.outage_id.as_str()).await;
    Ok(row.map_err(|error| internal(ctx, error))?.map(Outage::from))
}

fn id(text: &str) -> Result<OutageId, Rejection> {
    field("outageId", OutageId::try_new(text))
}

fn publish(input: PublishOutageInput) -> Result<PublishOutage, Rejection> {
    let campus = field("campusId", CampusId::try_new(&input.campus_id))?;
    let area = match (input.building, input.meter_no, input.account_no) {
        (None, None, None) => OutageArea::Campus { campus },
        (Some(building), None, None) => OutageArea::Building { campus, building },
        (None, Some(meter_no), None) => OutageArea::Meter {
            campus,
            meter_no: field("meterNo", MeterNo::try_new(meter_no))?,
        },
        (None, None, Some(account_no)) => OutageArea::Account {
            campus,
            account_no: field("accountNo", AccountNo::try_new(account_no))?,
        },
        _ => return Err(OutageError::AreaAmbiguous.into()),
    };
    Ok(PublishOutage {
        commodities: input.commodities.into_iter().map(Into::into).collect(),
        area,
        from: input.from,
        to: input.to,
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct OutageMutation;

#[Object]
impl OutageMutation {
    /// Announces an outage; the customers of the accounts concerned are told, and reminded ahead.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn publish_outage(
        &self,
        ctx: &Context<'_>,
        input: PublishOutageInput,
    ) -> Result<PublishOutagePayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "publishOutage", &key, publish(input)).await?;
        PublishOutagePayload::of(ctx, ran).await
    }

    /// Says that it takes longer.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn extend_outage(
        &self,
        ctx: &Context<'_>,
        input: ExtendOutageInput,
    ) -> Result<ExtendOutagePayload> {
        let process = id(&input.outage_id).map(|outage_id| ExtendOutage {
            outage_id,
            to: input.to,
            reason: input.reason,
        });
        let ran = run(ctx, "extendOutage", &input.idempotency_key, process).await?;
        ExtendOutagePayload::of(ctx, ran).await
    }

    /// Says that it does not happen, or is over early.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn cancel_outage(
        &self,
        ctx: &Context<'_>,
        input: CancelOutageInput,
    ) -> Result<CancelOutagePayload> {
        let process = id(&input.outage_id).map(|outage_id| CancelOutage {
            outage_id,
            reason: input.reason,
        });
        let ran = run(ctx, "cancelOutage", &input.idempotency_key, process).await?;
        CancelOutagePayload::of(ctx, ran).await
    }
}
