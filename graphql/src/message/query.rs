use async_graphql::{Context, Object, Result};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::MessageId;
use chaobiao_projections::messages::{self, MessageFilter, MessageRow};
use uuid::Uuid;

use super::types::{Message, MessageChannel, MessageState};
use crate::support::{Connection, Services, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct MessageQuery;

#[Object]
impl MessageQuery {
    /// 消息发送记录, the newest first. With `attention` only those that did not arrive, or of which nobody
    /// knows, and about which nobody has done anything. `topicId` is the outage or the article they are
    /// about.
    #[graphql(
        guard = "may(Permission::ManageBulletin)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "one per filter of the list")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = false)] attention: bool,
        state: Option<MessageState>,
        channel: Option<MessageChannel>,
        customer_id: Option<String>,
        topic_id: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Message>> {
        let page = page(ctx, "messages", first, after.as_deref())?;
        let filter = MessageFilter {
            attention,
            state: state.map(MessageState::stored),
            channel: channel.map(MessageChannel::stored),
            customer_id,
            topic_id,
        };
        let slice = messages::query::list(Services::of(ctx)?.store(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "messages", slice, Message::from)
    }
}

/// The message as it stands, if there is one.
pub(super) async fn look_up(
    ctx: &Context<'_>,
    message_id: &MessageId,
) -> Result<Option<MessageRow>> {
    let Ok(id) = Uuid::try_parse(message_id.as_str()) else {
        return Ok(None);
    };
    let row = messages::query::by_id(Services::of(ctx)?.store(), id).await;
    row.map_err(|error| internal(ctx, error))
}

pub(super) async fn find(ctx: &Context<'_>, message_id: &MessageId) -> Result<Option<Message>> {
    Ok(look_up(ctx, message_id).await?.map(Message::from))
}
