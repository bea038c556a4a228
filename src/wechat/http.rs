//! What the account calls. Nothing is read before its signature is verified; the same message again
//! is the same command.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chaobiao_domain::customer::{Following, NoteFollowing};
use chaobiao_eventstore::{CommandError, DeliveryReport};
use chaobiao_integrations::wechat::{Push, PushKind, Signed};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::sender::CHANNEL;
use super::{Account, WechatDesk};

const CALLBACK: &str = "/callback/wechat";
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longer than a signature is believed.
const NONCE_KEPT: TimeDelta = TimeDelta::minutes(15);
/// Nothing to say: the vendor does not come again.
const HEARD: &str = "success";

pub fn routes(desk: WechatDesk) -> Router {
    Router::new()
        .route(CALLBACK, get(verify).post(take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}

#[derive(Deserialize)]
struct Call {
    signature: String,
    timestamp: String,
    nonce: String,
    echostr: Option<String>,
    msg_signature: Option<String>,
}

/// Why a call is not taken.
enum Untaken {
    /// Not from the vendor, or not as it was.
    Distrusted(&'static str),
    /// Not now: the vendor shall come again.
    Later,
}

impl IntoResponse for Untaken {
    fn into_response(self) -> Response {
        match self {
            Self::Distrusted(what) => {
                tracing::warn!(what, "a call in the name of WeChat is not believed");
                metrics::counter!("chaobiao_wechat_calls_distrusted_total").increment(1);
                StatusCode::UNAUTHORIZED.into_response()
            }
            Self::Later => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

async fn verify(
    State(desk): State<WechatDesk>,
    Query(call): Query<Call>,
) -> Result<String, Response> {
    let account = desk.account().map_err(IntoResponse::into_response)?;
    let echo = call.echostr.clone().unwrap_or_default();
    let checked = desk.check(account, &call, None, echo.as_bytes()).await;
    checked.map_err(IntoResponse::into_response)?;
    Ok(echo)
}

async fn take(
    State(desk): State<WechatDesk>,
    Query(call): Query<Call>,
    body: Bytes,
) -> Result<&'static str, Response> {
    let account = desk.account().map_err(IntoResponse::into_response)?;
    let opened = desk.open_push(account, &call, &body).await;
    let push = opened.map_err(IntoResponse::into_response)?;
    desk.hear(push).await.map_err(IntoResponse::into_response)?;
    Ok(HEARD)
}

impl WechatDesk {
    fn account(&self) -> Result<&Arc<Account>, StatusCode> {
        self.account.as_ref().ok_or(StatusCode::NOT_FOUND)
    }

    /// Whether a call is the vendor's, just made, and not another one under a signature seen before.
    async fn check(
        &self,
        account: &Account,
        call: &Call,
        encrypted: Option<&str>,
        content: &[u8],
    ) -> Result<(), Untaken> {
        let signed = Signed {
            timestamp: &call.timestamp,
            nonce: &call.nonce,
            encrypted,
        };
        let signature = match encrypted {
            Some(_) => call.msg_signature.as_deref().unwrap_or_default(),
            None => &call.signature,
        };
        if !account.token.verifies(&signed, signature) {
            return Err(Untaken::Distrusted("its signature"));
        }
        let now = self.bus.store().clock().now();
        if !signed.is_of(now) {
            return Err(Untaken::Distrusted("its time"));
        }
        let key = ["wechat/nonce", &call.timestamp, &call.nonce];
        let its_use = self.access.is_its_use(&key, content, now + NONCE_KEPT);
        match its_use.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Untaken::Distrusted("its number, which was used before")),
            Err(error) => {
                tracing::error!(%error, "a call of WeChat could not be checked");
                Err(Untaken::Later)
            }
        }
    }

    async fn open_push(
        &self,
        account: &Account,
        call: &Call,
        body: &[u8],
    ) -> Result<Push, Untaken> {
        let unreadable = |_| Untaken::Distrusted("its form");
        let Some(key) = &account.message_key else {
            self.check(account, call, None, body).await?;
            return Push::read(body).map_err(unreadable);
        };
        // In secure mode what is not encrypted is nobody's: a signature alone says nothing about it.
        let encrypted = Push::encrypted(body).map_err(unreadable)?;
        self.check(account, call, Some(&encrypted), body).await?;
        let opened = key.open(&encrypted, account.client.appid());
        let opened = opened.map_err(|_| Untaken::Distrusted("its encrypted part"))?;
        Push::read(&opened).map_err(unreadable)
    }

    /// What became of news to a follower.
    async fn note_delivery(
        &self,
        message_id: &str,
        status: String,
        reported_at: DateTime<Utc>,
    ) -> Result<(), Untaken> {
        let delivered = status == "success";
        if !delivered {
            tracing::warn!(message_id, status, "news did not reach a follower");
            metrics::counter!("chaobiao_wechat_news_lost_total").increment(1);
        }
        let report = DeliveryReport {
            provider_number: format!("{CHANNEL} {message_id}"),
            message_id: None,
            delivered,
            said: status,
            reported_at,
        };
        let noted = self.bus.store().note_delivery(&report).await;
        noted.map_err(|error| {
            tracing::error!(%error, "what became of news could not be kept");
            Untaken::Later
        })
    }

    async fn hear(&self, push: Push) -> Result<(), Untaken> {
        let follows = match push.kind {
            PushKind::Subscribed(_) => true,
            PushKind::Unsubscribed => false,
            PushKind::TemplateSent { message_id, status } => {
                return self.note_delivery(&message_id, status, push.sent_at).await;
            }
            _ => return Ok(()),
        };
        let note = NoteFollowing {
            openid: push.openid,
            following: Following {
                follows,
                at: push.sent_at,
            },
        };
        let id = self.bus.command_id("wechat/push", &push.key);
        match self.bus.execute(self.context(id), note).await {
            Ok(_) => Ok(()),
            Err(CommandError::Refused(rejection)) => {
                tracing::warn!(code = rejection.code, "what WeChat says changes nothing");
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "what WeChat says could not be kept");
                Err(Untaken::Later)
            }
        }
    }
}
