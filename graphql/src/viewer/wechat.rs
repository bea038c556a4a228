//! Signing in by `WeChat`, and what pages inside it need.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::customer::{CustomerError, FindByOpenid, LinkWechat, UnlinkWechat};
use chaobiao_domain::units::CustomerId;
use chaobiao_eventstore::access::Principal;
use chrono::TimeDelta;
use uuid::Uuid;

use super::Me;
use crate::support::cookie::open_session;
use crate::support::{
    AccountRefusal, JsSdkConfig, Services, UserError, Viewer, customers, fault, internal, public,
    record_refusal, run,
};

/// How long somebody may take on the vendor's page, and then to verify their phone.
const SIGN_IN_LIFE: TimeDelta = TimeDelta::minutes(10);
const LINK_LIFE: TimeDelta = TimeDelta::minutes(30);
const SIGN_IN: &str = "wechat/sign_in";
const LINK: &str = "wechat/link";

/// The official account (公众号).
#[derive(SimpleObject)]
pub(super) struct OfficialAccountInfo {
    app_id: String,
    /// News wait at present, so they may come late.
    delayed: bool,
}

#[derive(SimpleObject)]
pub(super) struct BeginWechatLoginPayload {
    /// Where the browser goes; null when refused.
    url: Option<String>,
    /// The page keeps it, and brings it back with what it comes back with.
    pass: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
pub(super) struct LoginWithWechatInput {
    /// As they stand in the address the browser came back to.
    code: String,
    state: String,
    /// What `beginWechatLogin` gave.
    pass: String,
}

#[derive(SimpleObject)]
pub(super) struct LoginWithWechatPayload {
    /// Who is signed in now; null when refused, and for a WeChat id nobody has linked yet.
    viewer: Option<Me>,
    /// For a WeChat id nobody has linked yet: once signed in by phone, `linkWechat` takes it.
    link_pass: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
pub(super) struct LinkWechatInput {
    idempotency_key: String,
    /// What `loginWithWechat` gave.
    link_pass: String,
}

#[derive(InputObject)]
pub(super) struct UnlinkWechatInput {
    idempotency_key: String,
}

#[derive(SimpleObject)]
pub(super) struct LinkWechatPayload {
    viewer: Option<Me>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(SimpleObject)]
pub(super) struct UnlinkWechatPayload {
    viewer: Option<Me>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

#[derive(SimpleObject)]
pub(super) struct JsSdkConfigPayload {
    config: Option<JsSdkConfig>,
    user_errors: Vec<UserError>,
}

impl LoginWithWechatPayload {
    fn refused(ctx: &Context<'_>, rejection: Rejection) -> Self {
        let code = Some(rejection.code.as_str());
        record_refusal(ctx, AccessKind::LoginFailed, "loginWithWechat", None, code);
        Self {
            viewer: None,
            link_pass: None,
            user_errors: vec![rejection.into()],
        }
    }
}

/// Whether this browser began the sign-in that comes back, and nobody has used it yet.
async fn is_begun_here(ctx: &Context<'_>, input: &LoginWithWechatInput) -> Result<bool> {
    let services = Services::of(ctx)?;
    let begun = services.access.take_back(SIGN_IN, &input.pass);
    if begun.as_deref() != Some(input.state.as_str()) {
        return Ok(false);
    }
    let until = services.store().clock().now() + SIGN_IN_LIFE;
    let this = Uuid::now_v7();
    let first = services
        .access
        .is_its_use(&[SIGN_IN, &input.state], this.as_bytes(), until)
        .await;
    first.map_err(|error| internal(ctx, error))
}

/// Whose a `WeChat` id is.
async fn owner_of(ctx: &Context<'_>, openid: &str) -> Result<Option<CustomerId>> {
    let bus = &Services::of(ctx)?.bus;
    let now = bus.store().clock().now();
    let context = CommandContext::new(Uuid::nil(), ctx.data::<Viewer>()?.actor(), now);
    let openid = openid.to_owned();
    let found = bus.preview(&context, &FindByOpenid { openid }).await;
    found.map_err(|error| fault(ctx, error))
}

fn customer_id(ctx: &Context<'_>) -> Result<Option<CustomerId>> {
    let customer = ctx.data::<Viewer>()?.customer();
    Ok(customer.map(|customer| customer.customer_id.clone()))
}

#[derive(Default)]
pub struct WechatMutation;

#[Object]
impl WechatMutation {
    /// Begins to sign in by WeChat.
    #[graphql(guard = "public()")]
    async fn begin_wechat_login(&self, ctx: &Context<'_>) -> Result<BeginWechatLoginPayload> {
        let services = Services::of(ctx)?;
        let state = services.access.random_id();
        let Some(url) = services.official_account.sign_in_url(&state) else {
            return Ok(BeginWechatLoginPayload {
                url: None,
                pass: None,
                user_errors: vec![Rejection::from(AccountRefusal::NotSetUp).into()],
            });
        };
        let pass = services.access.hand_out(SIGN_IN, &state, SIGN_IN_LIFE);
        Ok(BeginWechatLoginPayload {
            url: Some(url),
            pass: Some(pass.map_err(|error| internal(ctx, error))?),
            user_errors: Vec::new(),
        })
    }

    /// Signs in whoever comes back from WeChat. Who has not linked their WeChat id yet signs in by
    /// phone, and then links it.
    #[graphql(guard = "public()")]
    async fn login_with_wechat(
        &self,
        ctx: &Context<'_>,
        input: LoginWithWechatInput,
    ) -> Result<LoginWithWechatPayload> {
        if !is_begun_here(ctx, &input).await? {
            let over = AccountRefusal::SignInOver.into();
            return Ok(LoginWithWechatPayload::refused(ctx, over));
        }
        let services = Services::of(ctx)?;
        let openid = match services.official_account.openid(&input.code).await {
            Ok(openid) => openid,
            Err(refusal) => return Ok(LoginWithWechatPayload::refused(ctx, refusal.into())),
        };
        let Some(customer_id) = owner_of(ctx, &openid).await? else {
            let pass = services.access.hand_out(LINK, &openid, LINK_LIFE);
            return Ok(LoginWithWechatPayload {
                viewer: None,
                link_pass: Some(pass.map_err(|error| internal(ctx, error))?),
                user_errors: Vec::new(),
            });
        };
        // Who is signed in came to link it, not to become somebody else.
        if self::customer_id(ctx)?.is_some_and(|own| own != customer_id) {
            let taken = CustomerError::OpenidTaken.into();
            return Ok(LoginWithWechatPayload::refused(ctx, taken));
        }
        let principal = Principal::Customer(customer_id.to_string());
        let viewer = open_session(ctx, &principal, "loginWithWechat").await?;
        Ok(LoginWithWechatPayload {
            viewer: Some(viewer),
            link_pass: None,
            user_errors: Vec::new(),
        })
    }

    /// Ties the WeChat id that has just been proved to the customer who is signed in: from now on it
    /// signs them in, and news reach them there.
    #[graphql(guard = "customers()")]
    async fn link_wechat(
        &self,
        ctx: &Context<'_>,
        input: LinkWechatInput,
    ) -> Result<LinkWechatPayload> {
        let openid = Services::of(ctx)?.access.take_back(LINK, &input.link_pass);
        let process = match (openid, customer_id(ctx)?) {
            (Some(openid), Some(customer_id)) => Ok(LinkWechat {
                customer_id,
                openid,
            }),
            _ => Err(Rejection::from(AccountRefusal::SignInOver).on("linkPass")),
        };
        let ran = run(ctx, "linkWechat", &input.idempotency_key, process).await?;
        let viewer = Me::new(ctx.data::<Viewer>()?.clone());
        Ok(LinkWechatPayload {
            viewer: ran.outcome.map(|_| viewer),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Gives the link of one's WeChat id up.
    #[graphql(guard = "customers()")]
    async fn unlink_wechat(
        &self,
        ctx: &Context<'_>,
        input: UnlinkWechatInput,
    ) -> Result<UnlinkWechatPayload> {
        let process = match customer_id(ctx)? {
            Some(customer_id) => Ok(UnlinkWechat { customer_id }),
            None => Err(AccountRefusal::SignInOver.into()),
        };
        let ran = run(ctx, "unlinkWechat", &input.idempotency_key, process).await?;
        let viewer = Me::new(ctx.data::<Viewer>()?.clone());
        Ok(UnlinkWechatPayload {
            viewer: ran.outcome.map(|_| viewer),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}

#[derive(Default)]
pub struct WechatQuery;

#[Object]
impl WechatQuery {
    /// The official account; null where there is none.
    #[graphql(guard = "public()")]
    async fn official_account(&self, ctx: &Context<'_>) -> Result<Option<OfficialAccountInfo>> {
        let services = Services::of(ctx)?;
        let Some(app_id) = services.official_account.app_id() else {
            return Ok(None);
        };
        let delayed = services.store().is_held_up("wechat").await;
        Ok(Some(OfficialAccountInfo {
            app_id,
            delayed: delayed.map_err(|error| internal(ctx, error))?,
        }))
    }

    /// For `wx.config` of a page of ours inside WeChat; `url` is its whole address.
    #[graphql(guard = "public()")]
    async fn js_sdk_config(&self, ctx: &Context<'_>, url: String) -> Result<JsSdkConfigPayload> {
        let services = Services::of(ctx)?;
        let nonce = services.access.random_id();
        let config = services.official_account.page_config(&url, &nonce).await;
        Ok(match config {
            Ok(config) => JsSdkConfigPayload {
                config: Some(config),
                user_errors: Vec::new(),
            },
            Err(refusal) => JsSdkConfigPayload {
                config: None,
                user_errors: vec![Rejection::from(refusal).into()],
            },
        })
    }
}
