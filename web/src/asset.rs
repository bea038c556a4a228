use std::borrow::Cow;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::encoding;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/dist"]
struct Dist;

const YEAR: &str = "public, max-age=31536000, immutable";
const ASK_FIRST: &str = "no-cache";

/// Everything from here and nothing inline; `blob:` shows a photo before it is sent. A payment at
/// `UnionPay` begins with a form that the page posts there.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self' https://*.95516.com; frame-ancestors 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const PERMISSIONS: &str = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()";

/// An HTML page: asked for again each time, answered by 304 while it is the same.
pub(crate) fn page(name: &str, headers: &HeaderMap) -> Response {
    let guards = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (PERMISSIONS_POLICY, PERMISSIONS),
    ];
    (guards, revalidated(name, headers)).into_response()
}

/// A file that keeps its name when its content changes.
pub(crate) fn revalidated(name: &str, headers: &HeaderMap) -> Response {
    serve(name, headers, ASK_FIRST)
}

/// A file whose name changes with its content.
pub(crate) fn hashed(name: &str, headers: &HeaderMap) -> Response {
    serve(name, headers, YEAR)
}

fn serve(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    // Compressed copies are not addresses of their own.
    let Some(media_type) = media_type(name) else {
        return missing();
    };
    let copy = encoding::accepted(headers).find_map(|encoding| {
        let file = Dist::get(&format!("{name}{}", encoding.suffix))?;
        Some((file, Some(encoding.name)))
    });
    let Some((file, coding)) = copy.or_else(|| Dist::get(name).map(|file| (file, None))) else {
        return missing();
    };
    let tag = tag(&file);
    let known = [
        (CACHE_CONTROL, cache),
        (VARY, "accept-encoding"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if is_fresh(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, known, [(ETAG, tag)]).into_response();
    }
    let body = match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = (known, [(ETAG, tag)], [(CONTENT_TYPE, media_type)], body).into_response();
    if let Some(coding) = coding {
        let value = axum::http::HeaderValue::from_static(coding);
        response.headers_mut().insert(CONTENT_ENCODING, value);
    }
    response
}

/// Never a page in place of a script: a browser would report a syntax error in it instead.
fn missing() -> Response {
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")]).into_response()
}

fn tag(file: &EmbeddedFile) -> String {
    let mut tag = String::from("\"");
    for byte in &file.metadata.sha256_hash()[..16] {
        // Writing to a String cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

fn is_fresh(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .map(|one| one.trim().trim_start_matches("W/"))
                .any(|one| one == tag || one == "*")
        })
}

fn media_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
