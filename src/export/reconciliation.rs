//! 对账差异: `GET /export/reconciliations/<id>.csv`, or `.xlsx`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{Fen, ReconciliationId};
use chaobiao_graphql::support::{Services, may, record_route};
use chaobiao_projections::bill_reconciliations::{DifferenceRow, ReconciliationRow, query};
use sqlx::PgPool;

use super::http::attachment;
use super::table::{Cell, Table};
use super::{ExportError, Format};
use crate::http::{Caller, forbidden, internal_error, refused};

/// What the access log calls it.
const WHAT: &str = "export.reconciliation";

const HEADINGS: [&str; 7] = [
    "户号",
    "账期",
    "差异",
    "收费系统应收",
    "本系统应收",
    "收费系统欠费",
    "本系统欠费",
];

pub(super) async fn reconciliation(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Response {
    let viewer = caller.viewer(&services).await;
    let info = caller.info();
    if !may(Permission::ReconcileBank).allows(&viewer) {
        record_route(&services, &info, &viewer, AccessKind::Denied, WHAT, None);
        return forbidden(&viewer);
    }
    let absent = || refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到对账");
    let Some((id, format)) = wanted(&file) else {
        return absent();
    };
    match written(services.store().pool(), &id, format).await {
        Ok(Some(bytes)) => {
            let headers = [
                (CONTENT_TYPE, format.media_type().to_owned()),
                (
                    CONTENT_DISPOSITION,
                    attachment(&file, &format!("对账差异-{file}")),
                ),
                (CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => absent(),
        Err(error) => internal_error(&error, "an export"),
    }
}

async fn written(
    pool: &PgPool,
    id: &ReconciliationId,
    format: Format,
) -> Result<Option<Vec<u8>>, ExportError> {
    let Some(reconciliation) = query::by_id(pool, id).await? else {
        return Ok(None);
    };
    let differences = query::all_differences(pool, id).await?;
    table(&reconciliation, &differences).file(format).map(Some)
}

fn table(reconciliation: &ReconciliationRow, differences: &[DifferenceRow]) -> Table {
    let amount = |amount: Option<Fen>| {
        amount.map_or(Cell::Text(String::new()), |amount| {
            Cell::Number(amount.to_yuan())
        })
    };
    let cells = |row: &DifferenceRow| {
        vec![
            Cell::Text(row.account_no.clone()),
            Cell::Text(row.month.to_string()),
            Cell::Text(row.kind.label().to_owned()),
            amount(row.there),
            amount(row.here),
            amount(row.open_there),
            amount(row.open_here),
        ]
    };
    Table {
        name: reconciliation.reconciliation_id.to_string(),
        headings: HEADINGS.map(str::to_owned).to_vec(),
        rows: differences.iter().map(cells).collect(),
        created_at: Some(reconciliation.compared_at),
    }
}

/// `BR-0123456789abcdef012345.csv`
fn wanted(file: &str) -> Option<(ReconciliationId, Format)> {
    let (id, extension) = file.rsplit_once('.')?;
    let format = Format::of_extension(extension)?;
    Some((ReconciliationId::try_new(id).ok()?, format))
}
