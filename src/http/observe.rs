use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument as _, debug, info, info_span, warn};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Asked every few seconds by machines; their log lines would bury the others.
const ROUTINE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Ties an answer, its log lines and a user's complaint together. Ours, never the client's: a
/// foreign value could forge log lines.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Uuid);

/// One span, one log line and one measurement per request. The route is logged, not the path,
/// which may hold an account number.
pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    request.extensions_mut().insert(RequestId(id));
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = info_span!("request", request_id = %id, %method, route);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status();
    metrics::histogram!(
        "http_request_duration_seconds",
        "method" => method.to_string(),
        "route" => route.clone(),
        "status" => status.as_str().to_owned()
    )
    .record(elapsed);
    let elapsed_ms = elapsed.as_millis();
    span.in_scope(|| {
        if status.is_server_error() {
            warn!(status = status.as_u16(), elapsed_ms, "request failed");
        } else if ROUTINE.contains(&route.as_str()) {
            debug!(status = status.as_u16(), elapsed_ms, "request answered");
        } else {
            info!(status = status.as_u16(), elapsed_ms, "request answered");
        }
    });
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
