use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::{CommandContext, Rejection};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::customer::{CustomerError, FindByPhone, Register};
use chaobiao_domain::units::{CustomerId, Phone, StaffLogin};
use chaobiao_eventstore::access::{CodeVerdict, IssueVerdict, PasswordVerdict, Principal};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::second_factor::second_step;
use super::{CustomerKind, Me};
use crate::support::cookie::{close_session, open_session};
use crate::support::{
    RequestInfo, Services, UserError, Viewer, coded_later, command_context, fault, field, internal,
    public, record, record_refusal, run_in, signed_in, staff,
};

#[derive(InputObject)]
pub(super) struct RequestPhoneCodeInput {
    phone: String,
}

#[derive(SimpleObject)]
pub(super) struct RequestPhoneCodePayload {
    /// Until when the code is good; null when none was sent.
    expires_at: Option<DateTime<Utc>>,
    /// Text messages wait at present, so this one may come late.
    delayed: bool,
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
pub(super) struct RegisterCustomerInput {
    idempotency_key: String,
    phone: String,
    /// The code sent to that phone.
    code: String,
    kind: CustomerKind,
}

#[derive(InputObject)]
pub(super) struct CustomerLoginInput {
    phone: String,
    /// The code sent to that phone.
    code: String,
}

#[derive(InputObject)]
pub(super) struct StaffLoginInput {
    login: String,
    password: String,
    /// The six digits of one's authenticator app, where the second step is switched on; without them
    /// the refusal is `SECOND_FACTOR_NEEDED`.
    code: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ChangePasswordInput {
    current_password: String,
    new_password: String,
}

macro_rules! sign_in_payload {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            /// Who is signed in now; null when refused.
            viewer: Option<Me>,
            user_errors: Vec<UserError>,
            /// Done, but what is shown may still be older.
            pending: bool,
        }

        impl $payload {
            fn of(viewer: Me) -> Self {
                Self { viewer: Some(viewer), user_errors: Vec::new(), pending: false }
            }

            fn refused(rejection: Rejection) -> Self {
                Self { viewer: None, user_errors: vec![rejection.into()], pending: false }
            }
        }
    )+};
}

sign_in_payload!(
    RegisterCustomerPayload,
    CustomerLoginPayload,
    StaffLoginPayload,
    ChangePasswordPayload
);

#[derive(SimpleObject)]
pub(super) struct LogoutPayload {
    user_errors: Vec<UserError>,
}

#[derive(SimpleObject)]
pub(super) struct LogoutEverywherePayload {
    user_errors: Vec<UserError>,
}

fn wrong_code() -> Rejection {
    Rejection::new("CODE_WRONG", "验证码不正确或已失效").on("code")
}

fn wrong_password(on: &str) -> Rejection {
    Rejection::new("LOGIN_FAILED", "工号或密码不正确").on(on)
}

pub(super) fn until(ctx: &Context<'_>, at: DateTime<Utc>) -> Result<async_graphql::Error> {
    let now = Services::of(ctx)?.store().clock().now();
    Ok(coded_later(
        "尝试过于频繁，请稍后再试",
        (at - now).num_seconds().max(1),
    ))
}

/// What is wrong with the password somebody proves themselves by once more.
pub(super) async fn own_password(
    ctx: &Context<'_>,
    login: &str,
    password: &str,
) -> Result<Option<Rejection>> {
    let origin = ctx.data::<RequestInfo>()?.origin.as_deref();
    let access = &Services::of(ctx)?.access;
    let verdict = access.check_password(login, password, origin).await;
    match verdict.map_err(|error| internal(ctx, error))? {
        PasswordVerdict::Right => Ok(None),
        PasswordVerdict::Wrong => Ok(Some(wrong_password("currentPassword"))),
        PasswordVerdict::Locked { until: at } => Err(until(ctx, at)?),
    }
}

/// Whether the code is right and may be used for this.
async fn code_is_right(
    ctx: &Context<'_>,
    phone: &Phone,
    code: &str,
    used_for: Uuid,
) -> Result<bool> {
    let access = &Services::of(ctx)?.access;
    let verdict = access.check_code(phone.as_str(), code, used_for).await;
    let right = verdict.map_err(|error| internal(ctx, error))? == CodeVerdict::Right;
    if !right {
        record_wrong_code(ctx);
    }
    Ok(right)
}

fn record_wrong_code(ctx: &Context<'_>) {
    let code = Some("CODE_WRONG");
    record_refusal(ctx, AccessKind::LoginFailed, "phone_code", None, code);
}

/// Whom a phone has registered.
async fn owner_of(ctx: &Context<'_>, phone: Phone) -> Result<Option<CustomerId>> {
    let bus = &Services::of(ctx)?.bus;
    let now = bus.store().clock().now();
    let context = CommandContext::new(Uuid::nil(), ctx.data::<Viewer>()?.actor(), now);
    let found = bus.preview(&context, &FindByPhone { phone }).await;
    found.map_err(|error| fault(ctx, error))
}

#[derive(Default)]
pub struct ViewerMutation;

#[Object]
impl ViewerMutation {
    /// Sends a one-time code to a phone, registered or not.
    #[graphql(guard = "public()")]
    async fn request_phone_code(
        &self,
        ctx: &Context<'_>,
        input: RequestPhoneCodeInput,
    ) -> Result<RequestPhoneCodePayload> {
        let phone = match field("phone", Phone::try_new(&input.phone)) {
            Ok(phone) => phone,
            Err(rejection) => {
                let user_errors = vec![rejection.into()];
                return Ok(RequestPhoneCodePayload {
                    expires_at: None,
                    delayed: false,
                    user_errors,
                });
            }
        };
        let origin = ctx.data::<RequestInfo>()?.origin.as_deref();
        let text = |code: &str, minutes: i64| {
            format!("您的验证码为 {code}，{minutes} 分钟内有效，请勿告知他人。")
        };
        let verdict = Services::of(ctx)?
            .access
            .issue_code(phone.as_str(), origin, text)
            .await;
        match verdict.map_err(|error| internal(ctx, error))? {
            IssueVerdict::Sent { expires_at } => {
                record(ctx, AccessKind::CodeRequested, "requestPhoneCode", None);
                let store = Services::of(ctx)?.store();
                let delayed = store.is_held_up("sms").await;
                Ok(RequestPhoneCodePayload {
                    expires_at: Some(expires_at),
                    delayed: delayed.map_err(|error| internal(ctx, error))?,
                    user_errors: Vec::new(),
                })
            }
            IssueVerdict::Later { retry_at } => Err(until(ctx, retry_at)?),
        }
    }

    /// Registers the owner of a phone and signs them in.
    #[graphql(guard = "public()")]
    async fn register_customer(
        &self,
        ctx: &Context<'_>,
        input: RegisterCustomerInput,
    ) -> Result<RegisterCustomerPayload> {
        let phone = match field("phone", Phone::try_new(&input.phone)) {
            Ok(phone) => phone,
            Err(rejection) => return Ok(RegisterCustomerPayload::refused(rejection)),
        };
        let context = command_context(ctx, "registerCustomer", &input.idempotency_key)?;
        if !code_is_right(ctx, &phone, &input.code, context.command_id).await? {
            return Ok(RegisterCustomerPayload::refused(wrong_code()));
        }
        let kind = input.kind.into();
        let ran = run_in(ctx, context, Ok(Register { phone, kind })).await?;
        let Some(registered) = ran.outcome else {
            return Ok(RegisterCustomerPayload {
                viewer: None,
                user_errors: ran.user_errors,
                pending: false,
            });
        };
        let principal = Principal::Customer(registered.customer_id.to_string());
        let viewer = open_session(ctx, &principal, "registerCustomer").await?;
        Ok(RegisterCustomerPayload {
            pending: ran.pending,
            ..RegisterCustomerPayload::of(viewer)
        })
    }

    /// Signs a registered customer in by a code sent to their phone. Where nobody has registered
    /// the phone, the code stays good for `registerCustomer`.
    #[graphql(guard = "public()")]
    async fn customer_login(
        &self,
        ctx: &Context<'_>,
        input: CustomerLoginInput,
    ) -> Result<CustomerLoginPayload> {
        let phone = match field("phone", Phone::try_new(&input.phone)) {
            Ok(phone) => phone,
            Err(rejection) => return Ok(CustomerLoginPayload::refused(rejection)),
        };
        let access = &Services::of(ctx)?.access;
        let login = Uuid::now_v7();
        // Every phone takes the same way up to here; what follows only its owner gets to see.
        let right = access.verify_code(phone.as_str(), &input.code, login).await;
        let Some(right) = right.map_err(|error| internal(ctx, error))? else {
            record_wrong_code(ctx);
            return Ok(CustomerLoginPayload::refused(wrong_code()));
        };
        let Some(customer_id) = owner_of(ctx, phone).await? else {
            let unknown = Rejection::from(CustomerError::PhoneNotRegistered);
            return Ok(CustomerLoginPayload::refused(unknown));
        };
        let used = access.use_code(right, login).await;
        if used.map_err(|error| internal(ctx, error))? == CodeVerdict::Wrong {
            record_wrong_code(ctx);
            return Ok(CustomerLoginPayload::refused(wrong_code()));
        }
        let principal = Principal::Customer(customer_id.to_string());
        let viewer = open_session(ctx, &principal, "customerLogin").await?;
        Ok(CustomerLoginPayload::of(viewer))
    }

    /// Signs a member of staff in.
    #[graphql(guard = "public()")]
    async fn staff_login(
        &self,
        ctx: &Context<'_>,
        input: StaffLoginInput,
    ) -> Result<StaffLoginPayload> {
        // What is no login has no password either; it fails like a wrong one, and as slowly.
        let login = StaffLogin::try_new(&input.login).ok();
        let login = login.as_ref().map_or("-", StaffLogin::as_str);
        let subject = Some(format!("staff/{login}"));
        let services = Services::of(ctx)?;
        let origin = ctx.data::<RequestInfo>()?.origin.as_deref();
        let verdict = services
            .access
            .check_password(login, &input.password, origin)
            .await;
        match verdict.map_err(|error| internal(ctx, error))? {
            PasswordVerdict::Right => {}
            PasswordVerdict::Wrong => {
                let code = Some("LOGIN_FAILED");
                record_refusal(ctx, AccessKind::LoginFailed, "staffLogin", subject, code);
                return Ok(StaffLoginPayload::refused(wrong_password("password")));
            }
            PasswordVerdict::Locked { until: at } => {
                let code = Some("RATE_LIMITED");
                record_refusal(ctx, AccessKind::LoginFailed, "staffLogin", subject, code);
                return Err(until(ctx, at)?);
            }
        }
        let principal = Principal::Staff(login.to_owned());
        let present = services.viewer_of(&principal, false).await;
        if present
            .map_err(|error| internal(ctx, error))?
            .is_anonymous()
        {
            // Left, with a password still in place.
            return Ok(StaffLoginPayload::refused(wrong_password("password")));
        }
        if let Some(rejection) = second_step(ctx, login, input.code.as_deref()).await? {
            return Ok(StaffLoginPayload::refused(rejection));
        }
        let viewer = open_session(ctx, &principal, "staffLogin").await?;
        Ok(StaffLoginPayload::of(viewer))
    }

    /// Ends the session; without one there is nothing to end, which is no error.
    #[graphql(guard = "public()")]
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        if !ctx.data::<Viewer>()?.is_anonymous() {
            record(ctx, AccessKind::LoggedOut, "logout", None);
        }
        close_session(ctx).await?;
        Ok(LogoutPayload {
            user_errors: Vec::new(),
        })
    }

    /// Ends every session of the viewer, this one too.
    #[graphql(guard = "signed_in()")]
    async fn logout_everywhere(&self, ctx: &Context<'_>) -> Result<LogoutEverywherePayload> {
        let principal = match ctx.data::<Viewer>()? {
            Viewer::Anonymous => None,
            Viewer::Customer(customer) => {
                Some(Principal::Customer(customer.customer_id.to_string()))
            }
            Viewer::Staff(staff) => Some(Principal::Staff(staff.login.to_string())),
        };
        if let Some(principal) = principal {
            let closed = Services::of(ctx)?
                .access
                .close_sessions(&principal, None)
                .await;
            closed.map_err(|error| internal(ctx, error))?;
        }
        record(ctx, AccessKind::LoggedOut, "logoutEverywhere", None);
        close_session(ctx).await?;
        Ok(LogoutEverywherePayload {
            user_errors: Vec::new(),
        })
    }

    /// Chooses a password of one's own; all other sessions end.
    #[graphql(guard = "staff()")]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let refused = ChangePasswordPayload::refused;
        let Some(staff) = ctx.data::<Viewer>()?.staff() else {
            return Ok(refused(wrong_password("currentPassword")));
        };
        let login = staff.login.as_str();
        if let Some(rejection) = own_password(ctx, login, &input.current_password).await? {
            return Ok(refused(rejection));
        }
        let access = &Services::of(ctx)?.access;
        if input.new_password == input.current_password {
            let same = Rejection::new("PASSWORD_UNCHANGED", "新密码不能与当前密码相同");
            return Ok(refused(same.on("newPassword")));
        }
        let set = access.set_password(login, &input.new_password, false).await;
        if let Err(refusal) = set.map_err(|error| internal(ctx, error))? {
            let rejection = Rejection::new(refusal.code(), refusal.to_string());
            return Ok(refused(rejection.on("newPassword")));
        }
        record(ctx, AccessKind::PasswordChanged, "changePassword", None);
        let principal = Principal::Staff(login.to_owned());
        let closed = access.close_sessions(&principal, None).await;
        closed.map_err(|error| internal(ctx, error))?;
        let viewer = open_session(ctx, &principal, "changePassword").await?;
        Ok(ChangePasswordPayload::of(viewer))
    }
}
