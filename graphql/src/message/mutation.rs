use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_domain::message::{MessageChanged, ResendMessage, SettleMessage};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::MessageId;
use chaobiao_projections::messages::MessageRow;

use super::query::{find, look_up};
use super::types::Message;
use crate::support::{may, not_found, payloads, run};

#[derive(InputObject)]
pub(super) struct ResendMessageInput {
    idempotency_key: String,
    message_id: String,
    reason: String,
}

#[derive(InputObject)]
pub(super) struct SettleMessageInput {
    idempotency_key: String,
    message_id: String,
    /// What was done instead.
    reason: String,
}

payloads!(
    message: Message, |ctx, changed: MessageChanged| find(ctx, &changed.message_id);
    ResendMessagePayload,
    SettleMessagePayload
);

/// The message asked for, and its number as the outbox writes it.
async fn known(ctx: &Context<'_>, text: &str) -> Result<(MessageId, MessageRow)> {
    let unknown = || not_found("消息");
    let message_id = MessageId::try_new(text).map_err(|_| unknown())?;
    let row = look_up(ctx, &message_id).await?.ok_or_else(unknown)?;
    let message_id = MessageId::try_new(row.message_id.to_string()).map_err(|_| unknown())?;
    Ok((message_id, row))
}

#[derive(Default)]
pub struct MessageMutation;

#[Object]
impl MessageMutation {
    /// Sends a message again (重发) that did not arrive, or of which nobody knows whether it did: once,
    /// under a number of its own. Whoever asks says why.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn resend_message(
        &self,
        ctx: &Context<'_>,
        input: ResendMessageInput,
    ) -> Result<ResendMessagePayload> {
        let (message_id, row) = known(ctx, &input.message_id).await?;
        let process = ResendMessage {
            message_id,
            outcome: row.outcome(),
            is_code: row.is_code(),
            is_erased: row.is_erased,
            reason: input.reason,
        };
        let ran = run(ctx, "resendMessage", &input.idempotency_key, Ok(process)).await?;
        ResendMessagePayload::of(ctx, ran).await
    }

    /// Notes that a message that did not arrive needs nothing any more (已处理), such as where its reader
    /// was told by phone.
    #[graphql(guard = "may(Permission::ManageBulletin)")]
    async fn settle_message(
        &self,
        ctx: &Context<'_>,
        input: SettleMessageInput,
    ) -> Result<SettleMessagePayload> {
        let (message_id, row) = known(ctx, &input.message_id).await?;
        let process = SettleMessage {
            message_id,
            outcome: row.outcome(),
            reason: input.reason,
        };
        let ran = run(ctx, "settleMessage", &input.idempotency_key, Ok(process)).await?;
        SettleMessagePayload::of(ctx, ran).await
    }
}
