//! What is under `/export`: `payments/<batch>.csv` and `.xlsx` here, the others in files of their own.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::payment_export::ExportBatchId;
use chaobiao_domain::staff::Permission;
use chaobiao_graphql::support::{Services, may, record_route};

use super::{ExportError, Format, read_batch};
use crate::http::{Caller, forbidden, internal_error, refused};

/// What the access log calls it.
const WHAT: &str = "export.payments";

pub fn routes(services: Services) -> Router {
    Router::new()
        .route("/export/payments/{file}", get(payments))
        .route("/export/readings/{file}", get(super::readings::readings))
        .route(
            "/export/reconciliations/{file}",
            get(super::reconciliation::reconciliation),
        )
        .route("/export/usage/{file}", get(super::usage::usage))
        .route("/export/payroll/{file}", get(super::payroll::payroll))
        .route(
            "/export/rounds/{file}",
            get(super::printed_book::printed_book),
        )
        .with_state(services)
}

async fn payments(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Response {
    let viewer = caller.viewer(&services).await;
    let info = caller.info();
    let record = |kind, subject| record_route(&services, &info, &viewer, kind, WHAT, subject);
    if !may(Permission::ExportPayments).allows(&viewer) {
        record(AccessKind::Denied, None);
        return forbidden(&viewer);
    }
    let Some((batch_id, format)) = wanted(&file) else {
        return absent();
    };
    let batch = match read_batch(services.store().pool(), batch_id).await {
        Ok(batch) => batch,
        Err(ExportError::Unknown(_)) => return absent(),
        Err(error) => return internal_error(&error, "an export"),
    };
    match batch.file(format) {
        Ok(bytes) => {
            record(
                AccessKind::PersonalDataSeen,
                Some(format!("payment_export/{batch_id}")),
            );
            let name = format!("缴费导出-{}-{file}", batch.batch.month);
            let headers = [
                (CONTENT_TYPE, format.media_type().to_owned()),
                (CONTENT_DISPOSITION, attachment(&file, &name)),
                (CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => internal_error(&error, "an export"),
    }
}

/// `PE000001.csv`
fn wanted(file: &str) -> Option<(ExportBatchId, Format)> {
    let (batch_id, extension) = file.split_once('.')?;
    let batch_id: ExportBatchId = batch_id.parse().ok()?;
    Some((batch_id, Format::of_extension(extension)?))
}

fn absent() -> Response {
    refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到导出批次")
}

/// A file to keep: the plain name for whoever reads no other, the whole one by RFC 5987.
pub(super) fn attachment(plain: &str, name: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let encode = |byte: u8| {
        if kept(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    let encoded: String = name.bytes().map(encode).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_batch_and_a_kind() {
        let batch = ExportBatchId::new(7);
        assert_eq!(wanted("PE000007.csv"), Some((batch, Format::Csv)));
        assert_eq!(wanted("PE000007.xlsx"), Some((batch, Format::Xlsx)));
        for bad in [
            "PE000007",
            "PE7.csv",
            "PE000007.pdf",
            "..",
            "",
            "PE000007.csv.exe",
        ] {
            assert_eq!(wanted(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_chinese_name_travels_encoded() {
        assert_eq!(
            attachment("PE000007.csv", "缴费-PE000007.csv"),
            "attachment; filename=\"PE000007.csv\"; \
             filename*=UTF-8''%E7%BC%B4%E8%B4%B9-PE000007.csv"
        );
    }
}
