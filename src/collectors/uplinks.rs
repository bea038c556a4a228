//! Uplinks of a `LoRa` network server, one an HTTP request (R44): `POST /uplinks` with the key as bearer
//! token. What a radio says is a round of its own.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use chaobiao_gateway::Gateway;
use chaobiao_gateway::wrapper::lora;
use sha2::{Digest as _, Sha256};

use crate::config::{CollectorsConfig, ConfigError, read_key};

/// What the route needs.
#[derive(Clone)]
pub(super) struct Uplinks {
    pub(super) gateway: Gateway,
    /// Of the key as it is shown: a comparison of hashes tells nothing by its time.
    digest: [u8; 32],
}

impl Uplinks {
    /// Nothing where no key is set up.
    pub(super) fn open(
        config: &CollectorsConfig,
        gateway: &Gateway,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(path) = &config.uplink_key_file else {
            return Ok(None);
        };
        let key = read_key(path)?;
        Ok(Some(Self {
            gateway: gateway.clone(),
            digest: Sha256::digest(hex::encode(key.expose())).into(),
        }))
    }

    pub(super) fn routes(self) -> Router {
        Router::new()
            .route("/uplinks", post(take))
            .layer(DefaultBodyLimit::max(lora::OBJECT_BYTES_MAX))
            .with_state(self)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(header::AUTHORIZATION);
        let token = shown
            .and_then(|shown| shown.to_str().ok())
            .and_then(|shown| shown.strip_prefix("Bearer "));
        token.is_some_and(|token| {
            Sha256::digest(token.trim().to_ascii_lowercase())[..] == self.digest
        })
    }
}

async fn take(State(uplinks): State<Uplinks>, headers: HeaderMap, body: Bytes) -> Response {
    if !uplinks.knows(&headers) {
        return (StatusCode::UNAUTHORIZED, "密钥不符").into_response();
    }
    // Whoever sends it learns at once that it is none; a radio nobody knows is told in the log.
    match lora::read(&body) {
        Ok(uplink) => {
            let peer = uplink.device.to_string();
            uplinks.gateway.uplink(&body, &peer).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}
