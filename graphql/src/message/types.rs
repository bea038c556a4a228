use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::messages::{self, MessageRow};
use chrono::{DateTime, Utc};

use crate::support::{Viewer, mask_phone, record};

/// By which way a message was meant to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum MessageChannel {
    /// 短信
    Sms,
    /// 公众号; as a text message to whoever does not follow it.
    Wechat,
}

impl MessageChannel {
    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Wechat => "wechat",
        }
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum MessageState {
    /// It waits, or is tried again because it certainly did not go out.
    Queued,
    Sending,
    /// Whoever carries it has taken it.
    Sent,
    /// It certainly did not go out.
    Failed,
    /// It may have gone out. It is never sent again by itself.
    Unknown,
    /// It was over, or there was nobody to send it to.
    Dropped,
}

impl MessageState {
    const ALL: [Self; 6] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Unknown,
        Self::Dropped,
    ];

    pub(super) const fn stored(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Dropped => "dropped",
        }
    }

    fn of(stored: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|state| state.stored() == stored)
            .unwrap_or(Self::Unknown)
    }
}

/// 送达回执: what the carrier of a message says of it afterwards.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MessageReport {
    delivered: bool,
    /// In the carrier's words.
    said: String,
    reported_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum MessageFollowUpKind {
    /// 已重发
    Resent,
    /// 已处理
    Settled,
}

/// What somebody did about a message that did not arrive.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct MessageFollowUp {
    kind: MessageFollowUpKind,
    reason: String,
    /// Such as `staff:li`.
    by: String,
    at: DateTime<Utc>,
}

/// 消息: one message to one person.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct Message {
    message_id: String,
    channel: MessageChannel,
    /// What kind of news it is, `outage`.
    template: Option<String>,
    customer_id: Option<String>,
    state: MessageState,
    /// Who took it under which number, or why nobody did.
    detail: Option<String>,
    attempts: i32,
    created_at: DateTime<Utc>,
    attempted_at: Option<DateTime<Utc>>,
    report: Option<MessageReport>,
    /// Whether somebody should look: it did not arrive, or nobody knows, and nothing was done about it.
    needs_attention: bool,
    follow_up: Option<MessageFollowUp>,
    /// The message this one says again.
    resends: Option<String>,
    /// The person is erased, and nothing of the message is left.
    erased: bool,
    #[graphql(skip)]
    row: MessageRow,
}

#[ComplexObject]
impl Message {
    /// 手机号, of a text message: masked without the right to personal data.
    async fn phone(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(phone) = &self.row.phone else {
            return Ok(None);
        };
        if self.looked_at(ctx, "message.phone")? {
            return Ok(Some(phone.clone()));
        }
        Ok(Some(mask_phone(phone)))
    }

    /// What it says; nothing of a one-time code, nor, without the right to personal data, of what is
    /// sealed for one person.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let shown = !self.row.is_code()
            && (!self.row.text_is_personal || self.looked_at(ctx, "message.text")?);
        Ok(self.row.text.clone().filter(|_| shown))
    }
}

impl Message {
    /// Whether the viewer sees personal data; every look is recorded.
    fn looked_at(&self, ctx: &Context<'_>, what: &str) -> Result<bool> {
        let may = ctx.data::<Viewer>()?.may(Permission::ViewPersonalData);
        if may {
            let subject = format!("message/{}", self.message_id);
            record(ctx, AccessKind::PersonalDataSeen, what, Some(subject));
        }
        Ok(may)
    }
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            message_id: row.message_id.to_string(),
            channel: if row.channel == MessageChannel::Sms.stored() {
                MessageChannel::Sms
            } else {
                MessageChannel::Wechat
            },
            template: row.template.clone(),
            customer_id: row.customer_id.clone(),
            state: MessageState::of(&row.state),
            detail: row.detail.clone(),
            attempts: row.attempts,
            created_at: row.created_at,
            attempted_at: row.attempted_at,
            report: row.report.clone().map(report),
            needs_attention: row.needs_attention(),
            follow_up: row.follow_up.clone().map(follow_up),
            resends: row.resends.clone(),
            erased: row.is_erased,
            row,
        }
    }
}

fn report(report: messages::CarrierReport) -> MessageReport {
    MessageReport {
        delivered: report.delivered,
        said: report.said,
        reported_at: report.reported_at,
    }
}

fn follow_up(done: messages::FollowUp) -> MessageFollowUp {
    MessageFollowUp {
        kind: if done.kind == "resent" {
            MessageFollowUpKind::Resent
        } else {
            MessageFollowUpKind::Settled
        },
        reason: done.reason,
        by: done.by,
        at: done.at,
    }
}
