//! The pages for residents (`/m/`) and staff (`/admin/`), embedded in the server.
//!
//! Pages are never cached without asking, because phones keep HTML for days otherwise; what they
//! load carries a hash of its content in its name and is cached for a year.

mod asset;
mod encoding;

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use axum::routing::get;

/// Serves `/m/*`, `/admin/*`, `/assets/*`, `/favicon.svg`, and sends `/` to the residents' page.
pub fn router() -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/m/") }))
        .route("/m", get(|| async { Redirect::permanent("/m/") }))
        .route("/m/", get(residents))
        .route("/m/sw.js", get(worker))
        .route("/m/{*page}", get(residents))
        .route("/admin", get(|| async { Redirect::permanent("/admin/") }))
        .route("/admin/", get(staff))
        .route("/admin/{*page}", get(staff))
        .route("/assets/{*file}", get(hashed))
        .route("/favicon.svg", get(favicon))
        .route(
            "/favicon.ico",
            get(|| async { Redirect::permanent("/favicon.svg") }),
        )
}

async fn residents(headers: HeaderMap) -> Response {
    asset::page("m.html", &headers)
}

async fn staff(headers: HeaderMap) -> Response {
    asset::page("admin.html", &headers)
}

/// Under `/m/`, since a worker answers for no address above its own.
async fn worker(headers: HeaderMap) -> Response {
    asset::revalidated("sw.js", &headers)
}

async fn hashed(Path(file): Path<String>, headers: HeaderMap) -> Response {
    asset::hashed(&format!("assets/{file}"), &headers)
}

async fn favicon(headers: HeaderMap) -> Response {
    asset::revalidated("favicon.svg", &headers)
}
