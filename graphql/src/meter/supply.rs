//! Whether a metering point is in use.

use async_graphql::{Context, Enum, InputObject, Object, Result};
use chaobiao_domain::meter::{self, DeactivateMeter, ReactivateMeter};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::MeterNo;
use chrono::{DateTime, Utc};

use super::meter_payloads;
use crate::support::{field, may, run};

/// Why nothing should flow through a metering point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "meter::Inactivity")]
pub(super) enum Inactivity {
    /// 空置
    Vacant,
    /// 停供
    CutOff,
    /// 销户
    Closed,
}

#[derive(InputObject)]
struct DeactivateMeterInput {
    idempotency_key: String,
    meter_no: String,
    inactivity: Inactivity,
    /// Now, when not given.
    since: Option<DateTime<Utc>>,
    reason: String,
}

#[derive(InputObject)]
struct ReactivateMeterInput {
    idempotency_key: String,
    meter_no: String,
    /// Now, when not given.
    since: Option<DateTime<Utc>>,
    reason: Option<String>,
}

meter_payloads!(DeactivateMeterPayload, ReactivateMeterPayload);

#[derive(Default)]
pub struct SupplyMutation;

#[Object]
impl SupplyMutation {
    /// 停用: says that nothing should be used at a metering point from a time on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn deactivate_meter(
        &self,
        ctx: &Context<'_>,
        input: DeactivateMeterInput,
    ) -> Result<DeactivateMeterPayload> {
        let process = || {
            Ok(DeactivateMeter {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                inactivity: input.inactivity.into(),
                since: input.since,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "deactivateMeter", &input.idempotency_key, process()).await?;
        DeactivateMeterPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }

    /// 恢复使用
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn reactivate_meter(
        &self,
        ctx: &Context<'_>,
        input: ReactivateMeterInput,
    ) -> Result<ReactivateMeterPayload> {
        let process = || {
            Ok(ReactivateMeter {
                meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
                since: input.since,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "reactivateMeter", &input.idempotency_key, process()).await?;
        ReactivateMeterPayload::of(ctx, ran.map(|changed| changed.meter_no)).await
    }
}
