//! One call to a gateway, and the one question that matters when it goes wrong: may it have had an
//! effect?

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_LENGTH, HOST, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Bills of a day are the largest thing a gateway answers with.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A request, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireRequest {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// An answer, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// How a call failed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallError {
    /// It certainly had no effect: it was never sent.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have had an effect; only a query tells.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// The gateway has refused it, under this code.
    #[error("refused with {code}: {message}")]
    Refused { code: String, message: String },
    /// What came is not from the gateway, or was changed on its way.
    #[error("the answer cannot be trusted: {0}")]
    Untrusted(String),
}

/// A call on its way.
pub type Called<'a> = Pin<Box<dyn Future<Output = Result<Answer, CallError>> + Send + 'a>>;

/// Carries requests; tests put their own in its place.
pub trait Wire: std::fmt::Debug + Send + Sync + 'static {
    fn call(&self, request: WireRequest) -> Called<'_>;
}

/// HTTP over TLS with pinned roots; in plain only to a machine that is this one, or was named.
#[derive(Clone)]
pub struct Https {
    tls: TlsConnector,
    patience: Duration,
    plain: Vec<String>,
}

impl std::fmt::Debug for Https {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Https").finish_non_exhaustive()
    }
}

impl Https {
    /// `roots` is a PEM file of the authorities that are believed.
    pub fn new(roots: &[u8], patience: Duration) -> io::Result<Self> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(roots) {
            let certificate = certificate.map_err(io::Error::other)?;
            // A bundle of a distribution holds some that are too old to be read.
            store.add(certificate).ok();
        }
        let config = ClientConfig::builder()
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            patience,
            plain: Vec::new(),
        })
    }

    /// These hosts are spoken to in plain: machines of the same inner network.
    #[must_use]
    pub fn in_plain_to(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.plain.extend(hosts);
        self
    }

    async fn send(&self, request: WireRequest) -> Result<Answer, CallError> {
        let not_sent = |what: String| CallError::NotSent(what);
        let uri: Uri = request
            .url
            .parse()
            .map_err(|error| not_sent(format!("{error}")))?;
        let host = uri.host().unwrap_or_default().to_owned();
        let tls = uri.scheme_str() == Some("https");
        if !tls && !is_loopback(&host) && !self.plain.contains(&host) {
            return Err(not_sent("only https leaves this machine".to_owned()));
        }
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
            .await
            .map_err(|error| not_sent(error.to_string()))?;
        if tls {
            let name = ServerName::try_from(host).map_err(|error| not_sent(error.to_string()))?;
            let stream = self
                .tls
                .connect(name, stream)
                .await
                .map_err(|error| not_sent(error.to_string()))?;
            converse(stream, &uri, request).await
        } else {
            converse(stream, &uri, request).await
        }
    }
}

impl Wire for Https {
    fn call(&self, request: WireRequest) -> Called<'_> {
        Box::pin(async move {
            match tokio::time::timeout(self.patience, self.send(request)).await {
                Ok(answer) => answer,
                Err(_) => Err(CallError::Unknown("no answer in time".to_owned())),
            }
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

async fn converse<S>(stream: S, uri: &Uri, request: WireRequest) -> Result<Answer, CallError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let not_sent = |error: String| CallError::NotSent(error);
    let unknown = |error: String| CallError::Unknown(error);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| not_sent(error.to_string()))?;
    // Ends with the last byte of the answer.
    tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let mut builder = Request::builder()
        .method(request.method)
        .uri(path)
        .header(HOST, authority)
        .header(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    let whole = builder
        .body(Full::new(Bytes::from(request.body)))
        .map_err(|error| not_sent(error.to_string()))?;
    let answer = sender
        .send_request(whole)
        .await
        .map_err(|error| unknown(error.to_string()))?;
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let headers = headers.collect();
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX)
        .collect()
        .await
        .map_err(|error| unknown(error.to_string()))?;
    Ok(Answer {
        status,
        headers,
        body: body.to_bytes().to_vec(),
    })
}
