use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::meter_tree::{LinkSubMeter, LossBounds, SetLossLimits, UnlinkSubMeter};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{MeterNo, Percent};

use super::types::SubMeterRole;
use crate::meter::meter_payloads;
use crate::support::{Commodity, Date, Decimal, UserError, field, may, run};

#[derive(InputObject)]
struct LinkSubMeterInput {
    idempotency_key: String,
    meter_no: String,
    /// The master it is behind.
    parent_no: String,
    role: SubMeterRole,
    /// Today, when not given.
    from: Option<Date>,
}

#[derive(InputObject)]
struct UnlinkSubMeterInput {
    idempotency_key: String,
    meter_no: String,
    /// The first day it is no longer behind its master; today, when not given.
    to: Option<Date>,
    reason: Option<String>,
}

#[derive(InputObject)]
struct SetLossLimitsInput {
    idempotency_key: String,
    commodity: Commodity,
    from: Date,
    low_percent: Decimal,
    high_percent: Decimal,
    reason: String,
}

meter_payloads!(LinkSubMeterPayload, UnlinkSubMeterPayload);

#[derive(SimpleObject)]
struct SetLossLimitsPayload {
    user_errors: Vec<UserError>,
    pending: bool,
}

#[derive(Default)]
pub struct MeterTreeMutation;

#[Object]
impl MeterTreeMutation {
    /// Puts a meter behind a master from a day on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn link_sub_meter(
        &self,
        ctx: &Context<'_>,
        input: LinkSubMeterInput,
    ) -> Result<LinkSubMeterPayload> {
        let process = || {
            Ok(LinkSubMeter {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                parent_no: field("parentNo", MeterNo::try_new(&input.parent_no))?,
                role: input.role.into(),
                from: input.from.map(|from| from.0),
            })
        };
        let ran = run(ctx, "linkSubMeter", &input.idempotency_key, process()).await?;
        LinkSubMeterPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// Takes a meter from behind its master from a day on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn unlink_sub_meter(
        &self,
        ctx: &Context<'_>,
        input: UnlinkSubMeterInput,
    ) -> Result<UnlinkSubMeterPayload> {
        let process = || {
            Ok(UnlinkSubMeter {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                to: input.to.map(|to| to.0),
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "unlinkSubMeter", &input.idempotency_key, process()).await?;
        UnlinkSubMeterPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// Says which loss is ordinary for a commodity from a day on.
    #[graphql(guard = "may(Permission::ReviewReadings)")]
    async fn set_loss_limits(
        &self,
        ctx: &Context<'_>,
        input: SetLossLimitsInput,
    ) -> Result<SetLossLimitsPayload> {
        let process = || {
            Ok(SetLossLimits {
                commodity: input.commodity.into(),
                from: input.from.0,
                bounds: LossBounds {
                    low: field("lowPercent", Percent::try_new(input.low_percent.0))?,
                    high: field("highPercent", Percent::try_new(input.high_percent.0))?,
                },
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "setLossLimits", &input.idempotency_key, process()).await?;
        Ok(SetLossLimitsPayload {
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
