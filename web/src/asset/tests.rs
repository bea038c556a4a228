use axum::http::header::{ACCEPT_ENCODING, LOCATION};
use axum::http::{Method, Request};
use tower::ServiceExt as _;

use super::*;

async fn call(method: Method, path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    crate::router().oneshot(request).await.unwrap()
}

async fn ask(path: &str, headers: &[(HeaderName, &str)]) -> Response {
    call(Method::GET, path, headers).await
}

fn header(response: &Response, name: HeaderName) -> &str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn deep_links_answer_with_their_own_page() {
    let residents = text(ask("/m/", &[]).await).await;
    let staff = text(ask("/admin/", &[]).await).await;
    assert_eq!(text(ask("/m/read/W0001", &[]).await).await, residents);
    assert_eq!(
        text(ask("/admin/cashier?account=1", &[]).await).await,
        staff
    );
    assert!(residents.contains("lang=\"zh-CN\""));
}

#[tokio::test]
async fn pages_are_asked_for_again_and_guarded() {
    let response = ask("/admin/", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, CACHE_CONTROL), "no-cache");
    assert_eq!(header(&response, CONTENT_TYPE), "text/html; charset=utf-8");
    assert_eq!(header(&response, X_CONTENT_TYPE_OPTIONS), "nosniff");
    let policy = header(&response, CONTENT_SECURITY_POLICY);
    assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe") && !policy.contains("data:"));
}

#[tokio::test]
async fn the_same_page_again_costs_nothing() {
    let first = ask("/m/", &[]).await;
    let tag = header(&first, ETAG).to_owned();
    assert_eq!(tag.len(), 34);
    let again = ask("/m/", &[(IF_NONE_MATCH, &format!("\"other\", W/{tag}"))]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&again, ETAG), tag);
    assert_eq!(text(again).await, "");
    let changed = ask("/m/", &[(IF_NONE_MATCH, "\"other\"")]).await;
    assert_eq!(changed.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_missing_asset_is_never_a_page() {
    for path in [
        "/assets/gone.js",
        "/assets/",
        "/assets/../m.html",
        "/assets/gone.js.br",
    ] {
        let response = ask(path, &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(!header(&response, CONTENT_TYPE).contains("html"), "{path}");
    }
}

#[tokio::test]
async fn every_embedded_asset_is_served_for_a_year_and_compressed_where_it_has_copies() {
    for path in Dist::iter().filter(|path| path.starts_with("assets/")) {
        if media_type(&path).is_none() {
            assert!(path.ends_with(".br") || path.ends_with(".gz"), "{path}");
            assert_eq!(
                ask(&format!("/{path}"), &[]).await.status(),
                StatusCode::NOT_FOUND
            );
            continue;
        }
        let response = ask(&format!("/{path}"), &[(ACCEPT_ENCODING, "gzip, br")]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, CACHE_CONTROL), YEAR);
        let has_copy = Dist::get(&format!("{path}.br")).is_some();
        assert_eq!(
            header(&response, CONTENT_ENCODING) == "br",
            has_copy,
            "{path}"
        );
        let plain = ask(&format!("/{path}"), &[]).await;
        assert_eq!(header(&plain, CONTENT_ENCODING), "");
    }
}

#[tokio::test]
async fn addresses_without_a_slash_are_sent_on() {
    for (from, to) in [("/", "/m/"), ("/m", "/m/"), ("/admin", "/admin/")] {
        let response = ask(from, &[]).await;
        assert!(response.status().is_redirection());
        assert_eq!(header(&response, LOCATION), to);
    }
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let head = call(Method::HEAD, "/m/", &[]).await;
    assert_eq!(head.status(), StatusCode::OK);
    let post = call(Method::POST, "/m/", &[]).await;
    assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn r22_the_field_pages_worker_is_a_script_that_is_asked_for_again() {
    let response = ask("/m/sw.js", &[]).await;
    if Dist::get("sw.js").is_none() {
        // Built without pages: no worker, and no page in its place.
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        return;
    }
    assert_eq!(
        header(&response, CONTENT_TYPE),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(header(&response, CACHE_CONTROL), "no-cache");
    let worker = text(response).await;
    for path in Dist::iter().filter(|path| path.ends_with(".js") && path.contains("/m-")) {
        assert!(worker.contains(path.as_ref()), "{path}");
    }
}
