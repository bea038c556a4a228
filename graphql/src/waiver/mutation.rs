use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillNo, WaiverId};
use chaobiao_domain::waiver::{
    ApproveWaiver, RejectWaiver, RequestWaiver, ReverseWaiver, WaiverChanged,
};

use super::query::find;
use super::types::{Waiver, WaiverKind};
use crate::support::{Commodity, Fen, field, may, may_any, payloads, run};

#[derive(InputObject)]
pub(super) struct RequestWaiverInput {
    idempotency_key: String,
    bill_no: String,
    kind: WaiverKind,
    /// Of a credit note, and of nothing else: whose part of the bill it lowers.
    commodity: Option<Commodity>,
    /// Of a late fee no more than was asked so far; of a rest no more than is open; by a credit note no
    /// more than the bill asks for that commodity.
    amount: Fen,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ApproveWaiverInput {
    idempotency_key: String,
    waiver_id: String,
}

#[derive(InputObject)]
pub(super) struct RejectWaiverInput {
    idempotency_key: String,
    waiver_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct ReverseWaiverInput {
    idempotency_key: String,
    waiver_id: String,
    reason: String,
}

payloads!(
    waiver: Waiver, |ctx, changed: WaiverChanged| find(ctx, &changed.waiver_id);
    RequestWaiverPayload,
    ApproveWaiverPayload,
    RejectWaiverPayload,
    ReverseWaiverPayload
);

fn id(text: &str) -> Result<WaiverId, Rejection> {
    field("waiverId", WaiverId::try_new(text))
}

fn request(input: RequestWaiverInput) -> Result<RequestWaiver, Rejection> {
    Ok(RequestWaiver {
        bill_no: field("billNo", BillNo::try_new(&input.bill_no))?,
        kind: input.kind.into(),
        commodity: input.commodity.map(Into::into),
        amount: input.amount.0,
        reason: input.reason,
    })
}

#[derive(Default)]
pub struct WaiverMutation;

#[Object]
impl WaiverMutation {
    /// Asks that something of a bill be given up (减免, 核销), or that a wrong one be lowered by a credit
    /// note (调减).
    #[graphql(
        guard = "may_any(&[Permission::TakePayments, Permission::ReversePayments, Permission::RunBilling])"
    )]
    async fn request_waiver(
        &self,
        ctx: &Context<'_>,
        input: RequestWaiverInput,
    ) -> Result<RequestWaiverPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "requestWaiver", &key, request(input)).await?;
        RequestWaiverPayload::of(ctx, ran).await
    }

    /// Approves a waiver, which is done with it. Neither who asked for it nor who took money for the
    /// bill may. A late fee that was paid already becomes credit.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn approve_waiver(
        &self,
        ctx: &Context<'_>,
        input: ApproveWaiverInput,
    ) -> Result<ApproveWaiverPayload> {
        let process = id(&input.waiver_id).map(|waiver_id| ApproveWaiver { waiver_id });
        let ran = run(ctx, "approveWaiver", &input.idempotency_key, process).await?;
        ApproveWaiverPayload::of(ctx, ran).await
    }

    /// Turns a waiver down.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn reject_waiver(
        &self,
        ctx: &Context<'_>,
        input: RejectWaiverInput,
    ) -> Result<RejectWaiverPayload> {
        let process = id(&input.waiver_id).map(|waiver_id| RejectWaiver {
            waiver_id,
            reason: input.reason,
        });
        let ran = run(ctx, "rejectWaiver", &input.idempotency_key, process).await?;
        RejectWaiverPayload::of(ctx, ran).await
    }

    /// Takes an approved waiver back (撤销), once: the bill asks for it again.
    #[graphql(guard = "may(Permission::ReversePayments)")]
    async fn reverse_waiver(
        &self,
        ctx: &Context<'_>,
        input: ReverseWaiverInput,
    ) -> Result<ReverseWaiverPayload> {
        let process = id(&input.waiver_id).map(|waiver_id| ReverseWaiver {
            waiver_id,
            reason: input.reason,
        });
        let ran = run(ctx, "reverseWaiver", &input.idempotency_key, process).await?;
        ReverseWaiverPayload::of(ctx, ran).await
    }
}
