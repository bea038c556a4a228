//! `/graphql`: documents by POST, subscriptions by WebSocket, and in development the explorer.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use async_graphql::http::GraphiQLSource;
use async_graphql::{Request, Response as Answer, ServerError};
use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{DefaultBodyLimit, Extension, State, WebSocketUpgrade};
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use chaobiao_graphql::Schema;
use chaobiao_graphql::support::{ErrorCode, Services, prepare};
use futures::FutureExt as _;

use super::caller::Caller;
use super::socket::{MESSAGE_BYTES_MAX, Socket};
use super::transport::{PROTOCOL, converse};

const RESPONSE_JSON: &str = "application/graphql-response+json";

#[derive(Clone)]
struct Endpoint {
    schema: Schema,
    services: Services,
    development: bool,
}

/// `document_bytes_max` bounds the whole body of a POST.
pub fn routes(
    schema: Schema,
    services: Services,
    document_bytes_max: usize,
    development: bool,
) -> Router {
    let endpoint = Endpoint {
        schema,
        services,
        development,
    };
    Router::new()
        .route(
            "/graphql",
            get(get_graphql).post(execute).fallback(not_allowed),
        )
        .layer(DefaultBodyLimit::max(document_bytes_max))
        .with_state(endpoint)
}

async fn not_allowed() -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")])
}

/// A WebSocket, or in development the explorer. Queries by GET are not served: an address would
/// hold what belongs in a body.
async fn get_graphql(
    State(endpoint): State<Endpoint>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => subscribe(endpoint, &caller, &headers, upgrade),
        _ if endpoint.development => explorer().into_response(),
        _ => not_allowed().await.into_response(),
    }
}

fn explorer() -> Html<String> {
    let page = GraphiQLSource::build()
        .endpoint("/graphql")
        .subscription_endpoint("/graphql")
        .header("X-Requested-With", "chaobiao")
        .finish();
    Html(page)
}

async fn execute(
    State(endpoint): State<Endpoint>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(media_type) = answer_type(&headers) else {
        return StatusCode::NOT_ACCEPTABLE.into_response();
    };
    let reply = |answer| respond(answer, media_type);
    if !is_json(&headers) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    if !caller.from_our_pages {
        let message = "请求缺少 X-Requested-With: chaobiao";
        return reply(refusal(ErrorCode::BadRequest, message));
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(_) => {
            return reply(refusal(
                ErrorCode::BadRequest,
                "请求不是合法的 GraphQL JSON",
            ));
        }
    };
    let info = caller.info();
    let request_id = info.request_id.clone();
    let viewer = match endpoint.services.viewer(info.session.as_ref()).await {
        Ok(viewer) => viewer,
        Err(error) => {
            tracing::error!(request_id, %error, "the session could not be read");
            return reply(fault(&request_id));
        }
    };
    let request = prepare(request, &endpoint.services, viewer, info);
    // A panic in one resolver must not look like a broken line.
    match AssertUnwindSafe(endpoint.schema.execute(request))
        .catch_unwind()
        .await
    {
        Ok(answer) => reply(answer),
        Err(panic) => {
            tracing::error!(request_id, panic = text_of(&*panic), "a resolver panicked");
            reply(fault(&request_id))
        }
    }
}

fn subscribe(
    endpoint: Endpoint,
    caller: &Caller,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    // Browsers send no header of ours here; their Origin must be this very site.
    if !same_site(headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let socket = Socket::new(endpoint.schema, endpoint.services, caller.info());
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |stream| converse(stream, socket))
}

fn same_site(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, site)| site == host),
        // Not a browser.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type
        .and_then(|text| text.split(';').next())
        .is_some_and(|text| text.trim().eq_ignore_ascii_case("application/json"))
}

/// The media type of the answer: what is asked for, JSON when nothing is.
fn answer_type(headers: &HeaderMap) -> Option<&'static str> {
    let Some(accept) = headers.get(ACCEPT) else {
        return Some("application/json");
    };
    let accept = accept.to_str().unwrap_or_default().to_ascii_lowercase();
    let wants = |name: &str| accept.split(',').any(|part| part.trim().starts_with(name));
    if wants(RESPONSE_JSON) {
        Some(RESPONSE_JSON)
    } else if wants("application/json") || wants("*/*") || wants("application/*") {
        Some("application/json")
    } else {
        None
    }
}

pub(super) fn refusal(code: ErrorCode, message: &str) -> Answer {
    let mut error = ServerError::new(message, None);
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    error.extensions = Some(extensions);
    Answer::from_errors(vec![error])
}

pub(super) fn fault(request_id: &str) -> Answer {
    let mut answer = refusal(ErrorCode::Internal, "服务器内部错误");
    for error in &mut answer.errors {
        if let Some(extensions) = &mut error.extensions {
            extensions.set("requestId", request_id);
        }
    }
    answer
}

fn respond(answer: Answer, media_type: &'static str) -> Response {
    let status = status(&answer);
    let body = match serde_json::to_vec(&answer) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    // The cookie of a new session travels here.
    headers.extend(answer.http_headers);
    let content_type = match media_type {
        RESPONSE_JSON => "application/graphql-response+json; charset=utf-8",
        _ => "application/json; charset=utf-8",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 200 when there is data, or an operation ran and its errors tell; 4xx and 5xx when none could.
fn status(answer: &Answer) -> StatusCode {
    let code =
        answer
            .errors
            .first()
            .and_then(|error| match error.extensions.as_ref()?.get("code") {
                Some(async_graphql::Value::String(code)) => Some(code.as_str()),
                _ => None,
            });
    if answer.data != async_graphql::Value::Null {
        return StatusCode::OK;
    }
    match code {
        Some("BAD_REQUEST" | "GRAPHQL_PARSE_FAILED") => StatusCode::BAD_REQUEST,
        Some(
            "GRAPHQL_VALIDATION_FAILED"
            | "OPERATION_RESOLUTION_FAILURE"
            | "BAD_USER_INPUT"
            | "QUERY_TOO_DEEP"
            | "QUERY_TOO_COMPLEX",
        ) => StatusCode::UNPROCESSABLE_ENTITY,
        Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
        Some("FORBIDDEN") => StatusCode::FORBIDDEN,
        Some("RATE_LIMITED") => StatusCode::TOO_MANY_REQUESTS,
        Some("CONFLICT" | "IDEMPOTENCY_KEY_REUSED") => StatusCode::CONFLICT,
        Some("INTERNAL_SERVER_ERROR") => StatusCode::INTERNAL_SERVER_ERROR,
        Some("TIMEOUT") => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: axum::http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_answer_has_the_type_that_was_asked_for() {
        assert_eq!(answer_type(&HeaderMap::new()), Some("application/json"));
        let both = "application/graphql-response+json, application/json;q=0.9";
        assert_eq!(answer_type(&headers(ACCEPT, both)), Some(RESPONSE_JSON));
        assert_eq!(
            answer_type(&headers(ACCEPT, "*/*")),
            Some("application/json")
        );
        assert_eq!(answer_type(&headers(ACCEPT, "text/html")), None);
    }

    #[test]
    fn only_json_is_read() {
        assert!(is_json(&headers(
            CONTENT_TYPE,
            "application/json; charset=utf-8"
        )));
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            assert!(!is_json(&headers(CONTENT_TYPE, other)));
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn another_site_opens_no_socket_here() {
        let mut both = headers(ORIGIN, "https://utility.example.edu");
        both.insert(HOST, HeaderValue::from_static("utility.example.edu"));
        assert!(same_site(&both));
        both.insert(HOST, HeaderValue::from_static("evil.example"));
        assert!(!same_site(&both));
        assert!(!same_site(&headers(ORIGIN, "https://evil.example")));
    }

    #[test]
    fn a_status_tells_whether_anything_ran() {
        assert_eq!(
            status(&refusal(ErrorCode::ParseFailed, "")),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(
            status(&refusal(ErrorCode::QueryTooDeep, "")),
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            status(&refusal(ErrorCode::Unauthenticated, "")),
            StatusCode::UNAUTHORIZED
        );
        assert_eq!(status(&fault("r")), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(status(&Answer::new(true)), StatusCode::OK);
    }
}
