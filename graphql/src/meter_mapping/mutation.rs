use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::meter_mapping::{LinkMeterNumber, UnlinkMeterNumber};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{ExternalMeterNo, MeterNo};

use super::types::ExternalNumberKind;
use crate::meter::meter_payloads;
use crate::support::{Date, field, may, run};

#[derive(InputObject)]
struct LinkMeterNumberInput {
    idempotency_key: String,
    /// The number in the charging system.
    meter_no: String,
    kind: ExternalNumberKind,
    number: String,
    /// Today, when not given.
    from: Option<Date>,
}

#[derive(InputObject)]
struct UnlinkMeterNumberInput {
    idempotency_key: String,
    meter_no: String,
    kind: ExternalNumberKind,
    number: String,
    /// The first day it no longer means the meter; today, when not given.
    to: Option<Date>,
    reason: String,
}

meter_payloads!(LinkMeterNumberPayload, UnlinkMeterNumberPayload);

#[derive(Default)]
pub struct MeterMappingMutation;

#[Object]
impl MeterMappingMutation {
    /// Says that another system's number means a meter from a day on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn link_meter_number(
        &self,
        ctx: &Context<'_>,
        input: LinkMeterNumberInput,
    ) -> Result<LinkMeterNumberPayload> {
        let process = || {
            Ok(LinkMeterNumber {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                kind: input.kind.into(),
                number: field("number", ExternalMeterNo::try_new(&input.number))?,
                from: input.from.map(|from| from.0),
            })
        };
        let ran = run(ctx, "linkMeterNumber", &input.idempotency_key, process()).await?;
        LinkMeterNumberPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// Says that another system's number no longer means a meter.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn unlink_meter_number(
        &self,
        ctx: &Context<'_>,
        input: UnlinkMeterNumberInput,
    ) -> Result<UnlinkMeterNumberPayload> {
        let process = || {
            Ok(UnlinkMeterNumber {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                kind: input.kind.into(),
                number: field("number", ExternalMeterNo::try_new(&input.number))?,
                to: input.to.map(|to| to.0),
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "unlinkMeterNumber", &input.idempotency_key, process()).await?;
        UnlinkMeterNumberPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }
}
