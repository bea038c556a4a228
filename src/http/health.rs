use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::Operations;

pub(super) fn routes(operations: Operations) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(operations)
}

/// The process answers; whoever restarts it for less would hide the trouble.
async fn alive() -> &'static str {
    "ok\n"
}

/// The process can do its work; a balancer sends nobody here while it cannot.
async fn ready(State(operations): State<Operations>) -> impl IntoResponse {
    let failures = operations.readiness.failures().await;
    let status = if failures.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(json!({ "ready": failures.is_empty(), "failing": failures })),
    )
}

async fn metrics(State(operations): State<Operations>) -> impl IntoResponse {
    // Histograms keep raw samples until somebody looks; doing it here needs no task.
    operations.metrics.run_upkeep();
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        operations.metrics.render(),
    )
}
