//! HTTP to an object store in the house, or to a proxy beside us that speaks TLS outward.

use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::InvalidHeaderValue;
use hyper::http::uri::InvalidUri;
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use tokio::net::TcpStream;

/// Until an answer begins.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection a request: photos and heads are few, and the store is near.
#[derive(Debug)]
pub(super) struct PlainHttp;

impl HttpConnector for PlainHttp {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Self))
    }
}

#[async_trait]
impl HttpService for PlainHttp {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        match tokio::time::timeout(PATIENCE, send(request)).await {
            Ok(answer) => answer,
            Err(late) => Err(HttpError::new(HttpErrorKind::Timeout, late)),
        }
    }
}

async fn send(mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let uri = request.uri().clone();
    if uri.scheme_str() != Some("http") {
        let told = "only http:// is spoken here; put a TLS proxy in between";
        return Err(HttpError::new(HttpErrorKind::Connect, Told(told)));
    }
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80)))
        .await
        .map_err(|error| HttpError::new(HttpErrorKind::Connect, error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| HttpError::new(HttpErrorKind::Connect, error))?;
    // Ends with the last byte of the answer.
    tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path
        .parse()
        .map_err(|error: InvalidUri| HttpError::new(HttpErrorKind::Request, error))?;
    let host = authority
        .parse()
        .map_err(|error: InvalidHeaderValue| HttpError::new(HttpErrorKind::Request, error))?;
    request
        .headers_mut()
        .entry(hyper::header::HOST)
        .or_insert(host);
    let answer = sender.send_request(request).await.map_err(interrupted)?;
    Ok(answer.map(|body: Incoming| HttpResponseBody::new(body.map_err(interrupted))))
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Told(&'static str);

fn interrupted(error: hyper::Error) -> HttpError {
    HttpError::new(HttpErrorKind::Interrupted, error)
}
