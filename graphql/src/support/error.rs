//! How resolvers refuse and fail.
//!
//! A broken business rule is an answer: it travels as a [`UserError`] in the payload. Missing
//! rights, malformed requests and faults are top-level errors with a code of [`ErrorCode`].

use std::fmt;

use async_graphql::{Context, Error, ErrorExtensions, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::units::ValueError;

use super::RequestInfo;

/// `extensions.code` of every top-level error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The document is no GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// The document does not have the one operation that was asked for.
    OperationResolutionFailure,
    /// A variable or argument no form of ours would send: a malformed cursor, a page too large.
    BadUserInput,
    /// The HTTP request itself is malformed or lacks the header that guards against forgery.
    BadRequest,
    /// Nobody is logged in, or the session has ended.
    Unauthenticated,
    /// Whoever is logged in may not do this.
    Forbidden,
    /// The thing is not there, or not for this viewer: the two look the same.
    NotFound,
    /// Too many requests; try again later.
    RateLimited,
    /// The query would cost too much to answer.
    QueryTooComplex,
    /// The query is nested too deep.
    QueryTooDeep,
    /// The idempotency key was used before, for a command with another content.
    IdempotencyKeyReused,
    /// Others kept changing what the command depends on; nothing was written, try again.
    Conflict,
    /// The answer took too long.
    Timeout,
    /// A fault; the log has its cause under the request id.
    Internal,
}

impl ErrorCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::BadRequest => "BAD_REQUEST",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::Conflict => "CONFLICT",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A top-level error with its code.
pub fn coded(code: ErrorCode, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code.as_str()))
}

/// Too often; the caller may try again after so many seconds.
pub fn coded_later(message: &str, retry_after: i64) -> Error {
    coded(ErrorCode::RateLimited, message)
        .extend_with(|_, extensions| extensions.set("retryAfter", retry_after))
}

/// The caller sent something no form of ours would send.
pub fn bad_input(message: impl Into<String>) -> Error {
    coded(ErrorCode::BadUserInput, message)
}

/// The thing is not there, or not for this viewer: the two look the same.
pub fn not_found(what: &str) -> Error {
    coded(ErrorCode::NotFound, format!("未找到{what}"))
}

/// Hides a fault behind the request id under which it is logged.
pub fn internal(ctx: &Context<'_>, error: impl fmt::Display) -> Error {
    let request_id = ctx
        .data_opt::<RequestInfo>()
        .map_or("-", |request| &request.request_id);
    tracing::error!(request_id, error = %error, "a resolver failed");
    coded(ErrorCode::Internal, "服务器内部错误")
        .extend_with(|_, extensions| extensions.set("requestId", request_id))
}

/// A business refusal: nothing was written, and the person can do something about it.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// Stable code, listed in docs/errors.md.
    code: String,
    /// Path into the arguments, null when the refusal concerns the whole command.
    field: Option<Vec<String>>,
    /// Simplified Chinese, ready to be shown.
    message: String,
}

impl From<Rejection> for UserError {
    fn from(
        Rejection {
            code,
            message,
            field,
        }: Rejection,
    ) -> Self {
        let field = field.map(|mut path| {
            path.insert(0, "input".to_owned());
            path
        });
        Self {
            code,
            field,
            message,
        }
    }
}

/// Names the input field a value was read from, so that a malformed one is a refusal on it.
pub fn field<T>(name: &str, value: Result<T, ValueError>) -> Result<T, Rejection> {
    value.map_err(|error| Rejection::new(error.code(), error.to_string()).on(name))
}
