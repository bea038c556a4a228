//! A refusal of a route beside GraphQL, in the shape mutations use.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chaobiao_graphql::support::Viewer;
use serde::Serialize;

#[derive(Serialize)]
struct Refused<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    field: &'a [&'a str],
}

pub fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    refused_on(status, code, message, &[])
}

/// [`refused`], naming the part of the request that is to blame.
pub fn refused_on(status: StatusCode, code: &str, message: &str, field: &[&str]) -> Response {
    let refused = Refused {
        code,
        message,
        field,
    };
    (status, Json(refused)).into_response()
}

/// What failed is for the log, not for the caller.
pub fn internal_error(error: &impl std::error::Error, doing: &str) -> Response {
    tracing::error!(%error, source = ?error, doing, "a request could not be answered");
    refused(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL_SERVER_ERROR",
        "服务器内部错误",
    )
}

/// For a viewer without the right: whether signing in would help.
pub fn forbidden(viewer: &Viewer) -> Response {
    if viewer.is_anonymous() {
        refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "请先登录")
    } else {
        refused(StatusCode::FORBIDDEN, "FORBIDDEN", "没有权限")
    }
}
