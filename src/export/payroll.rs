//! `GET /export/payroll/<batch>.csv` or `.xlsx`: what the payroll office is to deduct, with two columns
//! for it to fill in. The file comes back as `import payroll`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{Fen, PayrollBatchNo};
use chaobiao_eventstore::{EventStore, StoreError};
use chaobiao_graphql::support::{Services, may, record_route};
use chaobiao_projections::payroll::query::{batch, file_rows};
use chaobiao_projections::payroll::{DeductionRow, MandateRow};
use chaobiao_projections::personal::{PersonalAt, reveal};

use super::http::attachment;
use super::table::{Cell, Table};
use super::{ExportError, Format};
use crate::http::{Caller, forbidden, internal_error, refused};

/// What the access log calls it.
const WHAT: &str = "export.payroll";
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
    let viewer = caller.viewer(&services).await;
    let info = caller.info();
    let record = |kind, subject| record_route(&services, &info, &viewer, kind, WHAT, subject);
    if !may(Permission::ReconcileBank).allows(&viewer) {
        record(AccessKind::Denied, None);
        return forbidden(&viewer);
    }
    let Some((batch_no, format)) = wanted(&file) else {
        return absent();
    };
    match write(services.store(), &batch_no, format).await {
        Ok(Some(bytes)) => {
            let subject = format!("payroll_batch/{batch_no}");
            record(AccessKind::PersonalDataSeen, Some(subject));
            let name = format!("工资代扣-{file}");
            let headers = [
                (CONTENT_TYPE, format.media_type().to_owned()),
                (CONTENT_DISPOSITION, attachment(&file, &name)),
                (CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => absent(),
        Err(error) => internal_error(&error, "an export"),
    }
}

/// `GZ000001.csv`
fn wanted(file: &str) -> Option<(PayrollBatchNo, Format)> {
    let (batch_no, extension) = file.rsplit_once('.')?;
    let format = Format::of_extension(extension)?;
    Some((PayrollBatchNo::try_new(batch_no).ok()?, format))
}

fn absent() -> Response {
    refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到代扣批次")
}

async fn write(
    store: &EventStore,
    batch_no: &PayrollBatchNo,
    format: Format,
) -> Result<Option<Vec<u8>>, PayrollFileError> {
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
    Ok(Some(table.file(format)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_batch_and_a_kind() {
        let batch_no = PayrollBatchNo::try_new("GZ000007").unwrap();
        assert_eq!(
            wanted("GZ000007.csv"),
            Some((batch_no.clone(), Format::Csv))
        );
        assert_eq!(wanted("GZ000007.xlsx"), Some((batch_no, Format::Xlsx)));
        for bad in ["GZ000007", "GZ000007.pdf", ".csv", ""] {
            assert_eq!(wanted(bad), None, "{bad}");
        }
    }
}
