//! Where providers bring their reports of what has arrived. They sign nothing: whoever knows the secret
//! part of the path is believed, and for nothing but that.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chaobiao_eventstore::{DeliveryReport, EventStore};
use chaobiao_integrations::sms::report::{self, Report, ReportError};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::config::{ConfigError, SmsConfig, read_key_file};

const BODY_BYTES_MAX: usize = 512 * 1024;
const SECRET_LENGTH_MIN: usize = 16;

/// Keeps what providers report.
#[derive(Clone)]
pub struct ReportDesk {
    store: EventStore,
    /// Of the secret part of the path; without one nobody is heard.
    secret_hash: Option<Arc<[u8; 32]>>,
}

impl ReportDesk {
    pub fn open(config: &SmsConfig, store: EventStore) -> Result<Self, ConfigError> {
        let secret_hash = match &config.report_secret_file {
            Some(path) => {
                let secret = read_key_file(path)?;
                let secret = secret.trim();
                if secret.len() < SECRET_LENGTH_MIN {
                    let key = "sms.report_secret_file";
                    return Err(ConfigError::SmsIncomplete { key });
                }
                Some(Arc::new(Sha256::digest(secret).into()))
            }
            None => None,
        };
        Ok(Self { store, secret_hash })
    }

    /// Hashes are compared: how long it takes says nothing about the secret.
    fn knows(&self, secret: &str) -> bool {
        let hash: [u8; 32] = Sha256::digest(secret).into();
        self.secret_hash.as_deref() == Some(&hash)
    }

    /// All of it, or the provider shall come again.
    async fn take(
        &self,
        provider: &str,
        secret: &str,
        reports: Result<Vec<Report>, ReportError>,
    ) -> Result<(), StatusCode> {
        if !self.knows(secret) {
            return Err(StatusCode::NOT_FOUND);
        }
        let reports = reports.map_err(|error| {
            tracing::warn!(provider, %error, "a call in the name of a provider is not believed");
            StatusCode::BAD_REQUEST
        })?;
        for report in reports {
            if !report.delivered {
                metrics::counter!("chaobiao_sms_undelivered_total", "provider" => provider.to_owned())
                    .increment(1);
            }
            let ours = report.reference.as_deref();
            let kept = DeliveryReport {
                provider_number: format!("{provider} {}", report.message_id),
                message_id: ours.and_then(|ours| Uuid::try_parse(ours).ok()),
                delivered: report.delivered,
                said: report.said,
                reported_at: report.at,
            };
            self.store.note_delivery(&kept).await.map_err(|error| {
                tracing::error!(provider, %error, "a report could not be kept");
                StatusCode::SERVICE_UNAVAILABLE
            })?;
        }
        Ok(())
    }
}

pub fn routes(desk: ReportDesk) -> Router {
    Router::new()
        .route("/callback/sms/tencent/{secret}", post(of_tencent))
        .route("/callback/sms/aliyun/{secret}", post(of_aliyun))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}

async fn of_tencent(
    State(desk): State<ReportDesk>,
    Path(secret): Path<String>,
    body: Bytes,
) -> Response {
    let reports = report::of_tencent(&body);
    let taken = desk.take("tencent", &secret, reports).await;
    answer(taken, report::TENCENT_HEARD)
}

async fn of_aliyun(
    State(desk): State<ReportDesk>,
    Path(secret): Path<String>,
    body: Bytes,
) -> Response {
    let reports = report::of_aliyun(&body);
    let taken = desk.take("aliyun", &secret, reports).await;
    answer(taken, report::ALIYUN_HEARD)
}

fn answer(taken: Result<(), StatusCode>, heard: &'static str) -> Response {
    match taken {
        Ok(()) => ([(CONTENT_TYPE, "application/json")], heard).into_response(),
        Err(status) => status.into_response(),
    }
}
