//! 缴费数据 for the charging system: `GET /export/payments/<batch>.csv`, or `.xlsx`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use chaobiao_decision::Actor;
use chaobiao_domain::payment_export::{CreateExportBatch, ExportBasis, ExportBatchId};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::BillingMonth;
use chaobiao_eventstore::Daemon;
use chaobiao_graphql::support::Services;
use chaobiao_projections::payments::query;
use sqlx::PgPool;

use super::batch::close;
use super::download::{Download, Export, wanted};
use super::{Batch, ExportError};
use crate::app::Core;
use crate::http::Caller;

static EXPORT: Export = Export {
    what: "export.payments",
    right: Permission::ExportPayments,
    absent: "未找到导出批次",
};
const COUNTED_BEFORE: &str = "PAYMENT_EXPORT_COUNTED_BEFORE";

/// Closes a batch over every row for the month that is in none yet; `None` when there is no such
/// row.
pub async fn close_batch(
    core: &Core,
    daemon: &Daemon,
    actor: &Actor,
    basis: ExportBasis,
    month: BillingMonth,
) -> Result<Option<ExportBatchId>, ExportError> {
    close(core, daemon, actor, COUNTED_BEFORE, || async {
        let counted = query::countable(core.store.pool(), basis, month).await?;
        Ok((counted.row_count > 0).then_some(CreateExportBatch {
            basis,
            month,
            counted,
        }))
    })
    .await
}

/// A batch as it was closed; `None` where there is no such batch.
pub async fn read_batch(
    pool: &PgPool,
    batch_id: ExportBatchId,
) -> Result<Option<Batch>, ExportError> {
    let Some(batch) = query::batch(pool, batch_id).await? else {
        return Ok(None);
    };
    let rows = query::export_rows(pool, batch_id).await?;
    Ok(Some(Batch { batch, rows }))
}

pub(super) async fn payments(
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
    let Some((batch_id, format)) = wanted(file, |id| id.parse().ok()) else {
        return Ok(None);
    };
    let Some(batch) = read_batch(pool, batch_id).await? else {
        return Ok(None);
    };
    Ok(Some(Download {
        name: format!("缴费导出-{}-{file}", batch.batch.month),
        media_type: format.media_type(),
        bytes: batch.file(format)?,
        personal: Some(format!("payment_export/{batch_id}")),
    }))
}
