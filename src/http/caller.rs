//! What a request says of its caller, before anybody believes it.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::middleware::Next;
use axum::response::Response;
use chaobiao_eventstore::access::SessionToken;
use chaobiao_graphql::support::{RequestInfo, SESSION_COOKIE, Services, Viewer};

use super::RequestId;

/// Put into every request's extensions.
#[derive(Clone, Debug)]
pub struct Caller {
    pub request_id: String,
    pub address: Option<String>,
    pub session: Option<SessionToken>,
    pub secure: bool,
    /// The header that a form on another site cannot send.
    pub from_our_pages: bool,
}

impl Caller {
    pub fn info(&self) -> RequestInfo {
        RequestInfo {
            request_id: self.request_id.clone(),
            origin: self.address.clone(),
            session: self.session.clone(),
            secure: self.secure,
        }
    }

    /// Who asks; a session that cannot be read is nobody's.
    pub async fn viewer(&self, services: &Services) -> Viewer {
        let viewer = services.viewer(self.session.as_ref()).await;
        viewer.unwrap_or_else(|error| {
            let request_id = &self.request_id;
            tracing::error!(request_id, %error, "the session could not be read");
            Viewer::Anonymous
        })
    }
}

pub(super) async fn identify(mut request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| *address);
    let id = extensions
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.0.to_string());
    let caller = caller(request.headers(), peer, id);
    request.extensions_mut().insert(caller);
    next.run(request).await
}

fn caller(headers: &HeaderMap, peer: Option<SocketAddr>, request_id: String) -> Caller {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Only a proxy on this machine may speak for others.
    let proxied = peer.is_some_and(|peer| peer.ip().is_loopback());
    let forwarded = text("x-forwarded-for").filter(|_| proxied);
    let forwarded = forwarded
        .and_then(|list| list.rsplit(',').next())
        .map(str::trim);
    let address = forwarded
        .and_then(|address| address.parse().ok())
        .or(peer.map(|peer| peer.ip()))
        .map(|address: std::net::IpAddr| address.to_string());
    Caller {
        request_id,
        address,
        session: session(headers),
        secure: proxied && text("x-forwarded-proto") == Some("https"),
        from_our_pages: text("x-requested-with") == Some("chaobiao"),
    }
}

fn session(headers: &HeaderMap) -> Option<SessionToken> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, value)| SessionToken::from_text(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    fn seen(pairs: &[(&'static str, &'static str)], peer: &str) -> Caller {
        caller(&headers(pairs), Some(peer.parse().unwrap()), String::new())
    }

    #[test]
    fn only_a_proxy_on_this_machine_speaks_for_others() {
        let forged = [
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-proto", "https"),
        ];
        let outside = seen(&forged, "10.0.0.9:4000");
        assert_eq!(
            (outside.address.as_deref(), outside.secure),
            (Some("10.0.0.9"), false)
        );
        let proxied = seen(&forged, "127.0.0.1:4000");
        assert_eq!(
            (proxied.address.as_deref(), proxied.secure),
            (Some("1.2.3.4"), true)
        );
        // What the client itself put in front of the list is not believed.
        let list = [("x-forwarded-for", "6.6.6.6, 1.2.3.4")];
        assert_eq!(
            seen(&list, "127.0.0.1:4000").address.as_deref(),
            Some("1.2.3.4")
        );
        let junk = [("x-forwarded-for", "nonsense")];
        assert_eq!(
            seen(&junk, "127.0.0.1:4000").address.as_deref(),
            Some("127.0.0.1")
        );
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let cookies = [("cookie", "a=1; chaobiao_session=abc; b=2")];
        let session = seen(&cookies, "127.0.0.1:1").session;
        assert_eq!(session.as_ref().map(SessionToken::as_str), Some("abc"));
        assert!(
            seen(&[("cookie", "xchaobiao_session=abc")], "127.0.0.1:1")
                .session
                .is_none()
        );
    }
}
