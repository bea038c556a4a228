//! Closing a batch over what has not been exported yet, and reading batches.

use std::time::Duration;

use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::payment_export::{CreateExportBatch, ExportBasis, ExportBatchId};
use chaobiao_domain::reading_export::ReadingBatchId;
use chaobiao_domain::units::BillingMonth;
use chaobiao_eventstore::{CommandError, Daemon};
use chaobiao_projections::payments::query;
use sqlx::PgPool;
use uuid::Uuid;

use super::sheet::Batch;
use crate::app::Core;

const COUNTED_BEFORE: &str = "PAYMENT_EXPORT_COUNTED_BEFORE";
const ATTEMPTS: usize = 5;
/// How long the read models may take to show a new batch.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("无法读取缴费记录 / the payments cannot be read")]
    Database(#[from] sqlx::Error),
    #[error("没有批次 {0}")]
    Unknown(ExportBatchId),
    #[error("读模型尚未跟上，请稍后用 --batch {0} 取文件")]
    Behind(ExportBatchId),
    #[error("读模型尚未跟上，请稍后用 --batch {0} 取文件")]
    ReadingsBehind(ReadingBatchId),
    #[error("无法写出 CSV / the CSV cannot be written")]
    Csv(#[from] csv::Error),
    #[error("无法写出 XLSX / the XLSX cannot be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("金额无法写成单元格 / an amount does not fit into a cell")]
    Amount,
}

/// Closes a batch over every row for the month that is in none yet; `None` when there is no such
/// row. Batches closed by others meanwhile only mean to count again.
pub async fn close_batch(
    core: &Core,
    daemon: &Daemon,
    actor: &Actor,
    basis: ExportBasis,
    month: BillingMonth,
) -> Result<Option<ExportBatchId>, ExportError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let counted = query::countable(core.store.pool(), basis, month).await?;
        if counted.row_count == 0 {
            return Ok(None);
        }
        let context = CommandContext::new(Uuid::now_v7(), actor.clone(), core.store.clock().now());
        let create = CreateExportBatch {
            basis,
            month,
            counted,
        };
        match core.bus.execute(context, create).await {
            Ok(executed) => {
                let shown = match executed.position {
                    Some(position) => daemon.wait_for(position, SHOWN_WITHIN).await,
                    None => true,
                };
                let batch = executed.outcome;
                return if shown {
                    Ok(Some(batch))
                } else {
                    Err(ExportError::Behind(batch))
                };
            }
            Err(CommandError::Refused(refused))
                if refused.code == COUNTED_BEFORE && attempts < ATTEMPTS =>
            {
                // The other batch has to be seen before it can be counted around.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// A batch as it was closed.
pub async fn read_batch(pool: &PgPool, batch_id: ExportBatchId) -> Result<Batch, ExportError> {
    let batch = query::batch(pool, batch_id)
        .await?
        .ok_or(ExportError::Unknown(batch_id))?;
    let rows = query::export_rows(pool, batch_id).await?;
    Ok(Batch { batch, rows })
}
