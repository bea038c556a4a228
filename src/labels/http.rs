//! `GET /export/labels/<batch>.pdf` and `.zpl`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::LabelBatchId;
use chaobiao_graphql::support::{Services, is_within, may, record_route};
use chaobiao_projections::meter_labels::query;
use chaobiao_projections::reach::Place;

use super::{Layout, lay_out, pdf, zpl};
use crate::http::{Caller, forbidden, internal_error, refused};

/// What the access log calls it.
const WHAT: &str = "export.labels";

pub fn routes(services: Services) -> Router {
    Router::new()
        .route("/export/labels/{file}", get(labels))
        .with_state(services)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Pdf,
    Zpl,
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Zpl => "text/plain; charset=utf-8",
        }
    }
}

async fn labels(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Response {
    let viewer = caller.viewer(&services).await;
    if !may(Permission::ManageMeters).allows(&viewer) {
        let info = caller.info();
        record_route(&services, &info, &viewer, AccessKind::Denied, WHAT, None);
        return forbidden(&viewer);
    }
    let Some((batch_id, format)) = wanted(&file) else {
        return absent();
    };
    let batch = match query::batch(services.store().pool(), &batch_id).await {
        Ok(Some(batch)) => batch,
        Ok(None) => return absent(),
        Err(error) => return internal_error(&error, "labels"),
    };
    let meters = batch.labels.iter();
    let meters = meters.map(|label| (Place::Meter, label.meter_no.as_str()));
    match is_within(&services, &viewer, meters).await {
        Ok(true) => {}
        Ok(false) => return forbidden(&viewer),
        Err(error) => return internal_error(&error, "labels"),
    }
    let laid_out: Result<Vec<Layout>, _> = batch
        .labels
        .iter()
        .map(|label| lay_out(label, batch.size))
        .collect();
    let bytes = match laid_out {
        Ok(labels) if format == Format::Pdf => pdf::write(&labels),
        Ok(labels) => zpl::write(&labels).into_bytes(),
        Err(error) => {
            tracing::warn!(%error, "labels could not be laid out");
            let message = "标签太小，印不下表号";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "LABEL_TOO_SMALL", message);
        }
    };
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// `<batch>.pdf`
pub(super) fn wanted(file: &str) -> Option<(LabelBatchId, Format)> {
    let (batch_id, extension) = file.rsplit_once('.')?;
    let batch_id = LabelBatchId::try_new(batch_id).ok()?;
    match extension {
        "pdf" => Some((batch_id, Format::Pdf)),
        "zpl" => Some((batch_id, Format::Zpl)),
        _ => None,
    }
}

fn absent() -> Response {
    refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到标签批次")
}
