//! 两步验证 of staff: switched on and off by oneself, taken off by whoever manages staff when a phone is
//! lost.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::StaffLogin;
use chaobiao_eventstore::access::{Enrolment, SecondFactorVerdict};
use qrcodegen::{QrCode, QrCodeEcc};

use super::mutation::{own_password, until};
use crate::support::{
    ErrorCode, RequestInfo, Services, UserError, Viewer, coded, field, internal, may, record,
    record_refusal, staff,
};

#[derive(InputObject)]
pub(super) struct BeginSecondFactorInput {
    current_password: String,
}

#[derive(InputObject)]
pub(super) struct ConfirmSecondFactorInput {
    /// The six digits the app shows.
    code: String,
}

#[derive(InputObject)]
pub(super) struct TurnOffSecondFactorInput {
    /// The six digits the app shows.
    code: String,
}

#[derive(InputObject)]
pub(super) struct ResetSecondFactorInput {
    login: String,
}

/// What the owner's app is given. Shown once.
#[derive(SimpleObject)]
pub(super) struct SecondFactorSecret {
    /// To be typed in.
    secret: String,
    /// `otpauth://…`, as the app reads it from a QR code.
    url: String,
    /// The QR code: how many modules it is wide, and its dark ones as the path of an SVG.
    qr_size: i32,
    qr_path: String,
}

#[derive(SimpleObject)]
pub(super) struct BeginSecondFactorPayload {
    second_factor: Option<SecondFactorSecret>,
    user_errors: Vec<UserError>,
}

macro_rules! bare_payload {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            user_errors: Vec<UserError>,
        }

        impl $payload {
            fn done() -> Self {
                Self { user_errors: Vec::new() }
            }

            fn refused(rejection: Rejection) -> Self {
                Self { user_errors: vec![rejection.into()] }
            }
        }
    )+};
}

bare_payload!(
    ConfirmSecondFactorPayload,
    TurnOffSecondFactorPayload,
    ResetSecondFactorPayload
);

fn own_login(ctx: &Context<'_>) -> Result<StaffLogin> {
    let viewer = ctx.data::<Viewer>()?.staff();
    let login = viewer.map(|staff| staff.login.clone());
    login.ok_or_else(|| coded(ErrorCode::Forbidden, "没有权限"))
}

/// What a check of the code comes to: nothing, where it is right.
fn refusal(
    ctx: &Context<'_>,
    login: &str,
    verdict: SecondFactorVerdict,
) -> Result<Option<Rejection>> {
    let (rejection, locked) = match verdict {
        SecondFactorVerdict::Right => return Ok(None),
        SecondFactorVerdict::Off => {
            let off = Rejection::new("SECOND_FACTOR_OFF", "没有待确认或已开启的两步验证");
            return Ok(Some(off.on("code")));
        }
        SecondFactorVerdict::Wrong => {
            let wrong = Rejection::new("SECOND_FACTOR_WRONG", "动态验证码不正确或已使用");
            (Some(wrong.on("code")), None)
        }
        SecondFactorVerdict::Locked { until } => (None, Some(until)),
    };
    let subject = Some(format!("staff/{login}"));
    let what = ctx.field().name();
    let code = rejection
        .as_ref()
        .map_or("RATE_LIMITED", |refused| refused.code.as_str());
    record_refusal(ctx, AccessKind::LoginFailed, what, subject, Some(code));
    match locked {
        Some(at) => Err(until(ctx, at)?),
        None => Ok(rejection),
    }
}

/// Whether a sign-in with the right password may go on: the code, where one is needed.
pub(super) async fn second_step(
    ctx: &Context<'_>,
    login: &str,
    code: Option<&str>,
) -> Result<Option<Rejection>> {
    let access = &Services::of(ctx)?.access;
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
        let is_on = access.has_second_factor(login).await;
        let needed = Rejection::new("SECOND_FACTOR_NEEDED", "请输入验证器 App 上的动态验证码");
        let is_on = is_on.map_err(|error| internal(ctx, error))?;
        return Ok(is_on.then(|| needed.on("code")));
    };
    let origin = ctx.data::<RequestInfo>()?.origin.as_deref();
    let verdict = access.check_second_factor(login, code, origin).await;
    match verdict.map_err(|error| internal(ctx, error))? {
        SecondFactorVerdict::Off => Ok(None),
        verdict => refusal(ctx, login, verdict),
    }
}

fn shown(enrolment: Enrolment) -> Result<SecondFactorSecret> {
    let code = QrCode::encode_text(&enrolment.url, QrCodeEcc::Medium)
        .map_err(|error| async_graphql::Error::new(error.to_string()))?;
    let places = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let dark = places.filter(|(x, y)| code.get_module(*x, *y));
    let squares: Vec<String> = dark.map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect();
    Ok(SecondFactorSecret {
        secret: enrolment.secret,
        url: enrolment.url,
        qr_size: code.size(),
        qr_path: squares.concat(),
    })
}

#[derive(Default)]
pub struct SecondFactorMutation;

#[Object]
impl SecondFactorMutation {
    /// Gives one's authenticator app a secret. Nothing is asked for before `confirmSecondFactor`.
    #[graphql(guard = "staff()")]
    async fn begin_second_factor(
        &self,
        ctx: &Context<'_>,
        input: BeginSecondFactorInput,
    ) -> Result<BeginSecondFactorPayload> {
        let refused = |rejection: Rejection| BeginSecondFactorPayload {
            second_factor: None,
            user_errors: vec![rejection.into()],
        };
        let login = own_login(ctx)?;
        if let Some(rejection) = own_password(ctx, login.as_str(), &input.current_password).await? {
            return Ok(refused(rejection));
        }
        let access = &Services::of(ctx)?.access;
        let begun = access.begin_second_factor(login.as_str()).await;
        match begun.map_err(|error| internal(ctx, error))? {
            Some(enrolment) => Ok(BeginSecondFactorPayload {
                second_factor: Some(shown(enrolment)?),
                user_errors: Vec::new(),
            }),
            None => Ok(refused(Rejection::new(
                "SECOND_FACTOR_ON",
                "两步验证已经开启",
            ))),
        }
    }

    /// Switches the second step on, once the app shows the right code.
    #[graphql(guard = "staff()")]
    async fn confirm_second_factor(
        &self,
        ctx: &Context<'_>,
        input: ConfirmSecondFactorInput,
    ) -> Result<ConfirmSecondFactorPayload> {
        let login = own_login(ctx)?;
        let login = login.as_str();
        let access = &Services::of(ctx)?.access;
        let origin = ctx.data::<RequestInfo>()?.origin.as_deref();
        let verdict = access
            .confirm_second_factor(login, &input.code, origin)
            .await;
        let verdict = verdict.map_err(|error| internal(ctx, error))?;
        if let Some(rejection) = refusal(ctx, login, verdict)? {
            return Ok(ConfirmSecondFactorPayload::refused(rejection));
        }
        let what = "confirmSecondFactor";
        record(ctx, AccessKind::SecondFactorTurnedOn, what, None);
        Ok(ConfirmSecondFactorPayload::done())
    }

    /// Switches it off; the last code is asked for.
    #[graphql(guard = "staff()")]
    async fn turn_off_second_factor(
        &self,
        ctx: &Context<'_>,
        input: TurnOffSecondFactorInput,
    ) -> Result<TurnOffSecondFactorPayload> {
        let login = own_login(ctx)?;
        let login = login.as_str();
        let access = &Services::of(ctx)?.access;
        let origin = ctx.data::<RequestInfo>()?.origin.as_deref();
        let verdict = access.check_second_factor(login, &input.code, origin).await;
        let verdict = verdict.map_err(|error| internal(ctx, error))?;
        if let Some(rejection) = refusal(ctx, login, verdict)? {
            return Ok(TurnOffSecondFactorPayload::refused(rejection));
        }
        let dropped = access.drop_second_factor(login).await;
        dropped.map_err(|error| internal(ctx, error))?;
        let what = "turnOffSecondFactor";
        record(ctx, AccessKind::SecondFactorTurnedOff, what, None);
        Ok(TurnOffSecondFactorPayload::done())
    }

    /// Takes the second step off a member of staff whose phone is lost; nobody does it for themselves.
    #[graphql(guard = "may(Permission::ManageStaff)")]
    async fn reset_second_factor(
        &self,
        ctx: &Context<'_>,
        input: ResetSecondFactorInput,
    ) -> Result<ResetSecondFactorPayload> {
        let refused = ResetSecondFactorPayload::refused;
        let login = match field("login", StaffLogin::try_new(&input.login)) {
            Ok(login) => login,
            Err(rejection) => return Ok(refused(rejection)),
        };
        if login == own_login(ctx)? {
            let own = Rejection::new("SECOND_FACTOR_OWN", "请用动态验证码关闭自己的两步验证");
            return Ok(refused(own.on("login")));
        }
        let dropped = Services::of(ctx)?
            .access
            .drop_second_factor(login.as_str())
            .await;
        if !dropped.map_err(|error| internal(ctx, error))? {
            let off = Rejection::new("SECOND_FACTOR_OFF", "该人员没有开启两步验证");
            return Ok(refused(off.on("login")));
        }
        let subject = Some(format!("staff/{login}"));
        let what = "resetSecondFactor";
        record(ctx, AccessKind::SecondFactorTurnedOff, what, subject);
        Ok(ResetSecondFactorPayload::done())
    }
}
