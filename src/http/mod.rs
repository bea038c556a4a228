//! HTTP as every route has it: health, metrics, limits, headers, one log line and one
//! measurement per request. What the routes themselves do lives with their capability.

mod ask;
mod caller;
pub mod graphql;
mod headers;
mod health;
pub mod log;
mod observe;
mod readiness;
mod refusal;
mod server;
mod socket;
mod transport;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::ServerConfig;

pub(crate) use ask::{AskError, Asker, Paged};
pub use caller::Caller;
pub use observe::RequestId;
pub use readiness::Readiness;
pub use refusal::{forbidden, internal_error, refused, refused_on};
pub use server::serve;

/// What the routes of operators need.
#[derive(Clone, Debug)]
pub struct Operations {
    pub readiness: Readiness,
    pub metrics: PrometheusHandle,
}

/// Puts the routes of the product under the rules that hold for all of them. A route with other
/// needs (a photo's size) sets its own limit inside.
pub fn compose(routes: Router, operations: Operations, config: &ServerConfig) -> Router {
    let limited = headers::with_security_headers(
        health::routes(operations)
            .merge(routes)
            .layer(CatchPanicLayer::new())
            .layer(DefaultBodyLimit::max(config.request_body_bytes_max))
            .layer(TimeoutLayer::with_status_code(
                StatusCode::SERVICE_UNAVAILABLE,
                Duration::from_secs(config.request_seconds_max),
            )),
    );
    // Outermost first: a request gets its id, then its caller.
    limited
        .layer(from_fn(caller::identify))
        .layer(from_fn(observe::observe))
}
