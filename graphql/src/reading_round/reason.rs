//! The centre's own list of reasons.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::delay_reasons::{DefineDelayReason, DelayReasonChanged, RetireDelayReason};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::ReasonCode;
use chaobiao_projections::unread_meters::query;

use super::types::DelayReason;
use crate::support::{Ran, Services, UserError, field, internal, may, run};

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

macro_rules! payload {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            delay_reason: Option<DelayReason>,
            user_errors: Vec<UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            async fn of(ctx: &Context<'_>, ran: Ran<DelayReasonChanged>) -> Result<Self> {
                Ok(Self {
                    delay_reason: shown(ctx, ran.outcome.as_ref()).await?,
                    user_errors: ran.user_errors,
                    pending: ran.pending,
                })
            }
        }
    )+};
}

payload!(DefineDelayReasonPayload, RetireDelayReasonPayload);

async fn shown(
    ctx: &Context<'_>,
    changed: Option<&DelayReasonChanged>,
) -> Result<Option<DelayReason>> {
    let Some(changed) = changed else {
        return Ok(None);
    };
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
