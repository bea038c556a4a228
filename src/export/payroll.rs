//! `GET /export/payroll/<batch>.csv` or `.xlsx`: what the payroll office is to deduct, with two columns
//! for it to fill in. The file comes back as `import payroll`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{Fen, PayrollBatchNo};
use chaobiao_eventstore::{EventStore, StoreError};
use chaobiao_graphql::support::Services;
use chaobiao_projections::payroll::query::{batch, file_rows};
use chaobiao_projections::payroll::{DeductionRow, MandateRow};
use chaobiao_projections::personal::{PersonalAt, reveal};

use super::ExportError;
use super::download::{Download, Export, wanted};
use super::table::{Cell, Table};
use crate::http::Caller;

static EXPORT: Export = Export {
    what: "export.payroll",
    right: Permission::ReconcileBank,
    absent: "未找到代扣批次",
};
const HEADINGS: [&str; 7] = [
    "代扣批次",
    "扣款月份",
    "户号",
    "工号",
    "应扣金额",
    "实扣金额",
    "未扣原因",
];

#[derive(Debug, thiserror::Error)]
enum PayrollFileError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Export(#[from] ExportError),
}

pub(super) async fn payroll(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Response {
    let admitted = match EXPORT.admit(&services, &caller).await {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    admitted.answer(&file, download(admitted.store(), &file).await)
}

async fn download(store: &EventStore, file: &str) -> Result<Option<Download>, PayrollFileError> {
    let Some((batch_no, format)) = wanted(file, |id| PayrollBatchNo::try_new(id).ok()) else {
        return Ok(None);
    };
    let Some(opened) = batch(store.pool(), batch_no.as_str()).await? else {
        return Ok(None);
    };
    let rows = file_rows(store.pool(), batch_no.as_str()).await?;
    let mandates = rows.iter().filter_map(|(_, mandate)| mandate.as_ref());
    let places: Vec<PersonalAt> = mandates.map(MandateRow::employee_no).collect();
    let mut numbers = reveal(store, &places).await?.into_iter();
    let yuan = |amount: Fen| Cell::Number(amount.to_yuan());
    let line = |(row, mandate): (DeductionRow, Option<MandateRow>)| {
        // An agreement that has ended since has no number any more.
        let number = mandate.and_then(|_| numbers.next().flatten());
        vec![
            Cell::Text(batch_no.to_string()),
            Cell::Text(opened.month.to_string()),
            Cell::Text(row.account_no.to_string()),
            Cell::Text(number.unwrap_or_default()),
            yuan(row.asked),
            row.deducted.map_or(Cell::Text(String::new()), yuan),
            Cell::Text(row.reason.unwrap_or_default()),
        ]
    };
    let table = Table {
        name: format!("工资代扣 {batch_no}"),
        headings: HEADINGS.map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(line).collect(),
        // The same batch again is the same bytes.
        created_at: Some(opened.opened_at),
    };
    Ok(Some(Download {
        name: format!("工资代扣-{file}"),
        media_type: format.media_type(),
        bytes: table.file(format)?,
        personal: Some(format!("payroll_batch/{batch_no}")),
    }))
}
