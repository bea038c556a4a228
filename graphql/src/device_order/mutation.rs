use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::device_order::{
    CancelDeviceOrder, DeviceOrderChanged, RequestDeviceOrder, SettleDeviceOrder,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{DeviceOrderId, MeterNo};

use super::query::find;
use super::types::{DeviceOrder, DeviceOrderAct, SupplySeen};
use crate::support::{field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct RequestDeviceOrderInput {
    idempotency_key: String,
    meter_no: String,
    act: DeviceOrderAct,
    reason: String,
    /// 紧急: cuts off outside working hours, where there is danger.
    #[graphql(default)]
    emergency: bool,
    /// An index that is read becomes a reading that is billed by.
    #[graphql(default)]
    counts: bool,
}

#[derive(InputObject)]
pub(super) struct CancelDeviceOrderInput {
    idempotency_key: String,
    order_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct SettleDeviceOrderInput {
    idempotency_key: String,
    order_id: String,
    seen: SupplySeen,
    /// Who looked, and what was found.
    note: String,
}

payloads!(
    order: DeviceOrder, |ctx, changed: DeviceOrderChanged| find(ctx, changed.order_id.as_str());
    RequestDeviceOrderPayload,
    CancelDeviceOrderPayload,
    SettleDeviceOrderPayload
);

fn id(text: &str) -> Result<DeviceOrderId, Rejection> {
    field("orderId", DeviceOrderId::try_new(text))
}

fn request(input: RequestDeviceOrderInput) -> Result<RequestDeviceOrder, Rejection> {
    Ok(RequestDeviceOrder {
        meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
        act: input.act.into(),
        reason: input.reason,
        emergency: input.emergency,
        counts: input.counts,
    })
}

#[derive(Default)]
pub struct DeviceOrderMutation;

#[Object]
impl DeviceOrderMutation {
    /// Orders that something be done at a meter now: recorded first, then sent, once. How it ends is
    /// told by `deviceOrder`.
    #[graphql(guard = "may(Permission::ControlDevices)")]
    async fn request_device_order(
        &self,
        ctx: &Context<'_>,
        input: RequestDeviceOrderInput,
    ) -> Result<RequestDeviceOrderPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "requestDeviceOrder", &key, request(input)).await?;
        RequestDeviceOrderPayload::of(ctx, ran).await
    }

    /// Takes an order back that has not been sent.
    #[graphql(guard = "may(Permission::ControlDevices)")]
    async fn cancel_device_order(
        &self,
        ctx: &Context<'_>,
        input: CancelDeviceOrderInput,
    ) -> Result<CancelDeviceOrderPayload> {
        let process = id(&input.order_id).map(|order_id| CancelDeviceOrder {
            order_id,
            reason: input.reason,
        });
        let ran = run(ctx, "cancelDeviceOrder", &input.idempotency_key, process).await?;
        CancelDeviceOrderPayload::of(ctx, ran).await
    }

    /// Says what was found at a meter whose order ended unknown; before that it takes no other.
    #[graphql(guard = "may(Permission::ControlDevices)")]
    async fn settle_device_order(
        &self,
        ctx: &Context<'_>,
        input: SettleDeviceOrderInput,
    ) -> Result<SettleDeviceOrderPayload> {
        let process = id(&input.order_id).map(|order_id| SettleDeviceOrder {
            order_id,
            seen: input.seen.into(),
            note: input.note,
        });
        let ran = run(ctx, "settleDeviceOrder", &input.idempotency_key, process).await?;
        SettleDeviceOrderPayload::of(ctx, ran).await
    }
}
