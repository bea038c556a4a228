//! The centre's own list of reasons.

use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::delay_reasons::{DefineDelayReason, DelayReasonChanged, RetireDelayReason};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ReasonCode;
use chaobiao_projections::unread_meters::query;

use super::types::DelayReason;
use crate::support::{Services, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct DefineDelayReasonInput {
    idempotency_key: String,
    /// A short name in letters and digits.
    code: String,
    label: String,
    #[graphql(default)]
    needs_note: bool,
}

#[derive(InputObject)]
pub(super) struct RetireDelayReasonInput {
    idempotency_key: String,
    code: String,
}

payloads!(
    delay_reason: DelayReason, |ctx, changed: DelayReasonChanged| find(ctx, changed);
    DefineDelayReasonPayload,
    RetireDelayReasonPayload
);

async fn find(ctx: &Context<'_>, changed: &DelayReasonChanged) -> Result<Option<DelayReason>> {
    let reasons = query::reasons(Services::of(ctx)?.store().pool()).await;
    let reasons = reasons.map_err(|error| internal(ctx, error))?;
    let mut reasons = reasons.into_iter();
    let reason = reasons.find(|(code, _)| *code == changed.code);
    Ok(reason.map(DelayReason::from))
}

#[derive(Default)]
pub struct DelayReasonMutation;

#[Object]
impl DelayReasonMutation {
    /// Defines a reason, or says anew what one means; a retired one is in use again.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn define_delay_reason(
        &self,
        ctx: &Context<'_>,
        input: DefineDelayReasonInput,
    ) -> Result<DefineDelayReasonPayload> {
        let code = field("code", ReasonCode::try_new(&input.code));
        let process = code.map(|code| DefineDelayReason {
            code,
            label: input.label,
            needs_note: input.needs_note,
        });
        let ran = run(ctx, "defineDelayReason", &input.idempotency_key, process).await?;
        DefineDelayReasonPayload::of(ctx, ran).await
    }

    /// Takes a reason out of use.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn retire_delay_reason(
        &self,
        ctx: &Context<'_>,
        input: RetireDelayReasonInput,
    ) -> Result<RetireDelayReasonPayload> {
        let code = field("code", ReasonCode::try_new(&input.code));
        let process = code.map(|code| RetireDelayReason { code });
        let ran = run(ctx, "retireDelayReason", &input.idempotency_key, process).await?;
        RetireDelayReasonPayload::of(ctx, ran).await
    }
}
