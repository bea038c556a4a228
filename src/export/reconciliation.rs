//! 对账差异: `GET /export/reconciliations/<id>.csv`, or `.xlsx`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{Fen, ReconciliationId};
use chaobiao_graphql::support::Services;
use chaobiao_projections::bill_reconciliations::{DifferenceRow, ReconciliationRow, query};
use sqlx::PgPool;

use super::ExportError;
use super::download::{Download, Export, wanted};
use super::table::{Cell, Table};
use crate::http::Caller;

static EXPORT: Export = Export {
    what: "export.reconciliation",
    right: Permission::ReconcileBank,
    absent: "未找到对账",
};

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
    let admitted = match EXPORT.admit(&services, &caller).await {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    admitted.answer(&file, download(admitted.pool(), &file).await)
}

async fn download(pool: &PgPool, file: &str) -> Result<Option<Download>, ExportError> {
    let Some((id, format)) = wanted(file, |id| ReconciliationId::try_new(id).ok()) else {
        return Ok(None);
    };
    let Some(reconciliation) = query::by_id(pool, &id).await? else {
        return Ok(None);
    };
    let differences = query::all_differences(pool, &id).await?;
    Ok(Some(Download {
        name: format!("对账差异-{file}"),
        media_type: format.media_type(),
        bytes: table(&reconciliation, &differences).file(format)?,
        personal: None,
    }))
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
