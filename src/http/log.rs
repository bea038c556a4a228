//! The published side of the log under `/log/`, as C2SP tlog-tiles has it: heads and hashes, never
//! entries.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chaobiao_eventstore::notary::{NotaryError, latest_checkpoint, tile};
use sqlx::PgPool;

pub fn routes(pool: PgPool) -> Router {
    Router::new()
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/tile/{*path}", get(hashes))
        .with_state(pool)
}

async fn checkpoint(State(pool): State<PgPool>) -> Response {
    match latest_checkpoint(&pool).await {
        Ok(Some((_, note))) => {
            let headers = [
                (CONTENT_TYPE, "text/plain; charset=utf-8"),
                (CACHE_CONTROL, "no-cache"),
            ];
            (headers, note).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

async fn hashes(State(pool): State<PgPool>, Path(path): Path<String>) -> Response {
    match tile(&pool, &path).await {
        Ok(bytes) => {
            // A tile of a signed head never changes.
            let headers = [
                (CONTENT_TYPE, "application/octet-stream"),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, bytes).into_response()
        }
        Err(NotaryError::NoTile) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &NotaryError) -> Response {
    tracing::error!(%error, "the log could not be read");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
