//! The session's cookie: set and cleared by mutations, read by the transport.

use async_graphql::{Context, Result};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_eventstore::access::{NewSession, Principal};

use super::request::record_as;
use super::{RequestInfo, Services, internal};
use crate::viewer::Me;

/// The cookie's name.
pub const SESSION_COOKIE: &str = "chaobiao_session";

/// Opens a session for whoever has just proved to be the principal, in place of the one the
/// request came with.
pub(crate) async fn open_session(
    ctx: &Context<'_>,
    principal: &Principal,
    what: &str,
) -> Result<Me> {
    let services = Services::of(ctx)?;
    let info = ctx.data::<RequestInfo>()?;
    if let Some(old) = &info.session {
        let closed = services.access.close_session(old).await;
        closed.map_err(|error| internal(ctx, error))?;
    }
    let opened = services
        .access
        .open_session(principal, info.origin.as_deref())
        .await;
    let opened = opened.map_err(|error| internal(ctx, error))?;
    let viewer = services.viewer(Some(&opened.token)).await;
    let viewer = viewer.map_err(|error| internal(ctx, error))?;
    set_cookie(ctx, services, info, &opened);
    record_as(services, info, &viewer, AccessKind::LoggedIn, what);
    Ok(Me::new(viewer))
}

/// Closes the session the request came with, and takes the cookie back.
pub(crate) async fn close_session(ctx: &Context<'_>) -> Result<()> {
    let info = ctx.data::<RequestInfo>()?;
    if let Some(token) = &info.session {
        let closed = Services::of(ctx)?.access.close_session(token).await;
        closed.map_err(|error| internal(ctx, error))?;
    }
    ctx.insert_http_header("set-cookie", cookie("", 0, info.secure));
    Ok(())
}

fn set_cookie(ctx: &Context<'_>, services: &Services, info: &RequestInfo, opened: &NewSession) {
    let life = opened.expires_at - services.store().clock().now();
    let cookie = cookie(opened.token.as_str(), life.num_seconds(), info.secure);
    ctx.insert_http_header("set-cookie", cookie);
}

fn cookie(value: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_other_sites_never_see_the_cookie() {
        assert_eq!(
            cookie("t", 60, true),
            "chaobiao_session=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert!(!cookie("", 0, false).contains("Secure"));
    }
}
