use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::collector::{
    AttachMeter, ChangeSweeping, CollectorChanged, DetachMeter, RegisterCollector, RetireCollector,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, CollectorNo, MeterNo};

use super::types::{Collector, MeterProtocol, SweepingInput, address, find};
use crate::support::{field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct RegisterCollectorInput {
    idempotency_key: String,
    /// What it says when it dials in.
    collector_no: String,
    campus: String,
    /// 安装位置
    place: String,
    sweeping: SweepingInput,
}

#[derive(InputObject)]
pub(super) struct ChangeSweepingInput {
    idempotency_key: String,
    collector_no: String,
    sweeping: SweepingInput,
}

#[derive(InputObject)]
pub(super) struct AttachMeterInput {
    idempotency_key: String,
    collector_no: String,
    meter_no: String,
    /// 通信地址: twelve digits of an electricity meter, or `10-` and the fourteen of a water meter.
    address: String,
    /// To be found out, when not given.
    protocol: Option<MeterProtocol>,
    /// Whether it has a relay or valve that may be ordered from here.
    #[graphql(default)]
    switchable: bool,
}

#[derive(InputObject)]
pub(super) struct DetachMeterInput {
    idempotency_key: String,
    collector_no: String,
    meter_no: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct RetireCollectorInput {
    idempotency_key: String,
    collector_no: String,
    reason: String,
}

payloads!(
    collector: Collector, |ctx, changed: CollectorChanged| find(ctx, changed.collector_no.as_str());
    RegisterCollectorPayload,
    ChangeSweepingPayload,
    AttachMeterPayload,
    DetachMeterPayload,
    RetireCollectorPayload
);

fn number(text: &str) -> Result<CollectorNo, Rejection> {
    field("collectorNo", CollectorNo::try_new(text))
}

fn meter(text: &str) -> Result<MeterNo, Rejection> {
    field("meterNo", MeterNo::try_new(text))
}

fn register(input: RegisterCollectorInput) -> Result<RegisterCollector, Rejection> {
    Ok(RegisterCollector {
        collector_no: number(&input.collector_no)?,
        campus: field("campus", CampusId::try_new(&input.campus))?,
        place: input.place,
        sweeping: input.sweeping.into(),
    })
}

fn attach(input: &AttachMeterInput) -> Result<AttachMeter, Rejection> {
    Ok(AttachMeter {
        collector_no: number(&input.collector_no)?,
        meter_no: meter(&input.meter_no)?,
        address: address(&input.address)?,
        protocol: input.protocol.map(Into::into),
        switchable: input.switchable,
    })
}

fn detach(input: DetachMeterInput) -> Result<DetachMeter, Rejection> {
    Ok(DetachMeter {
        collector_no: number(&input.collector_no)?,
        meter_no: meter(&input.meter_no)?,
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct CollectorMutation;

#[Object]
impl CollectorMutation {
    /// Lets a collector in (采集器登记); whoever else dials in is a stranger.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn register_collector(
        &self,
        ctx: &Context<'_>,
        input: RegisterCollectorInput,
    ) -> Result<RegisterCollectorPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "registerCollector", &key, register(input)).await?;
        RegisterCollectorPayload::of(ctx, ran).await
    }

    /// Changes how often its meters are asked, from the next round on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn change_sweeping(
        &self,
        ctx: &Context<'_>,
        input: ChangeSweepingInput,
    ) -> Result<ChangeSweepingPayload> {
        let process = number(&input.collector_no).map(|collector_no| ChangeSweeping {
            collector_no,
            sweeping: input.sweeping.into(),
        });
        let ran = run(ctx, "changeSweeping", &input.idempotency_key, process).await?;
        ChangeSweepingPayload::of(ctx, ran).await
    }

    /// Hangs a meter behind a collector.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn attach_meter(
        &self,
        ctx: &Context<'_>,
        input: AttachMeterInput,
    ) -> Result<AttachMeterPayload> {
        let ran = run(ctx, "attachMeter", &input.idempotency_key, attach(&input)).await?;
        AttachMeterPayload::of(ctx, ran).await
    }

    /// Takes a meter off a collector.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn detach_meter(
        &self,
        ctx: &Context<'_>,
        input: DetachMeterInput,
    ) -> Result<DetachMeterPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "detachMeter", &key, detach(input)).await?;
        DetachMeterPayload::of(ctx, ran).await
    }

    /// Lets a collector in no more (停用). Its meters must have been taken off.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn retire_collector(
        &self,
        ctx: &Context<'_>,
        input: RetireCollectorInput,
    ) -> Result<RetireCollectorPayload> {
        let process = number(&input.collector_no).map(|collector_no| RetireCollector {
            collector_no,
            reason: input.reason,
        });
        let ran = run(ctx, "retireCollector", &input.idempotency_key, process).await?;
        RetireCollectorPayload::of(ctx, ran).await
    }
}
