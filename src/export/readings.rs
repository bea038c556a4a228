//! 抄表数据 for the charging system: `GET /export/readings/<batch>.csv`, or `.xlsx`.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chaobiao_decision::{Actor, CommandContext};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::meter::Quality;
use chaobiao_domain::reading_export::{CreateReadingBatch, ReadingBatchId};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillingMonth, CampusId};
use chaobiao_eventstore::{CommandError, Daemon};
use chaobiao_graphql::support::{Services, may, record_route};
use chaobiao_projections::reading_exports::{ExportedReading, ReadingBatch, query};
use sqlx::PgPool;
use uuid::Uuid;

use super::http::attachment;
use super::table::{Cell, Table};
use super::{ExportError, Format};
use crate::app::Core;
use crate::http::{Caller, forbidden, internal_error, refused};

/// What the access log calls it.
const WHAT: &str = "export.readings";
const COUNTED_BEFORE: &str = "READING_EXPORT_COUNTED_BEFORE";
const ATTEMPTS: usize = 5;
/// How long the read models may take to show a new batch.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

const HEADINGS: [&str; 11] = [
    "户号",
    "收费系统表号",
    "月份",
    "抄表日期",
    "上次读数",
    "本次读数",
    "用量",
    "单位",
    "抄表质量",
    "类别",
    "读数编号",
];

/// A batch with its readings. The same batch gives the same bytes whenever it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingFile {
    pub batch: ReadingBatch,
    pub readings: Vec<ExportedReading>,
}

impl ReadingFile {
    /// A batch as it was closed; `None` where there is no such batch.
    pub async fn read(
        pool: &PgPool,
        batch_id: ReadingBatchId,
    ) -> Result<Option<Self>, ExportError> {
        let Some(batch) = query::batch(pool, batch_id).await? else {
            return Ok(None);
        };
        let readings = query::exported(pool, batch_id).await?;
        Ok(Some(Self { batch, readings }))
    }

    pub fn file(&self, format: Format) -> Result<Vec<u8>, ExportError> {
        let table = Table {
            name: self.batch.batch_id.to_string(),
            headings: HEADINGS.map(str::to_owned).to_vec(),
            rows: self.readings.iter().map(cells).collect(),
            created_at: Some(self.batch.created_at),
        };
        table.file(format)
    }
}

fn cells(reading: &ExportedReading) -> Vec<Cell> {
    let account_no = reading.account_no.as_ref();
    vec![
        Cell::Text(account_no.map(ToString::to_string).unwrap_or_default()),
        Cell::Text(reading.meter_no.to_string()),
        Cell::Text(reading.month.to_string()),
        Cell::Text(reading.read_on.to_string()),
        Cell::Number(reading.previous_index.value()),
        Cell::Number(reading.index.value()),
        Cell::Number(reading.usage.value()),
        Cell::Text(reading.commodity.unit().to_owned()),
        Cell::Text(quality(reading.quality).to_owned()),
        Cell::Text(reading.kind.label().to_owned()),
        Cell::Text(reading.reading_id.to_string()),
    ]
}

const fn quality(quality: Quality) -> &'static str {
    match quality {
        Quality::Actual => "实抄",
        Quality::Customer => "用户自抄",
        Quality::Edited => "更正",
        Quality::Estimated => "估抄",
        Quality::Substituted => "推算",
        Quality::Migrated => "迁移",
    }
}

/// Closes a batch over everything of the month that is in none yet; `None` when there is nothing.
/// Batches closed by others meanwhile only mean to count again.
pub async fn close_readings(
    core: &Core,
    daemon: &Daemon,
    actor: &Actor,
    month: BillingMonth,
    campus: Option<&CampusId>,
) -> Result<Option<ReadingBatchId>, ExportError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let counted = query::countable(core.store.pool(), month, campus).await?;
        if counted.row_count == 0 {
            return Ok(None);
        }
        let context = CommandContext::new(Uuid::now_v7(), actor.clone(), core.store.clock().now());
        let create = CreateReadingBatch {
            month,
            campus: campus.cloned(),
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
                    Err(ExportError::ReadingsBehind(batch))
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

pub(super) async fn readings(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Response {
    let viewer = caller.viewer(&services).await;
    let info = caller.info();
    if !may(Permission::RunBilling).allows(&viewer) {
        record_route(&services, &info, &viewer, AccessKind::Denied, WHAT, None);
        return forbidden(&viewer);
    }
    let absent = || refused(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到导出批次");
    let Some((batch_id, format)) = wanted(&file) else {
        return absent();
    };
    let read = match ReadingFile::read(services.store().pool(), batch_id).await {
        Ok(Some(read)) => read,
        Ok(None) => return absent(),
        Err(error) => return internal_error(&error, "an export"),
    };
    match read.file(format) {
        Ok(bytes) => {
            let name = format!("抄表数据-{}-{file}", read.batch.month);
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

/// `RE000001.csv`
fn wanted(file: &str) -> Option<(ReadingBatchId, Format)> {
    let (batch_id, extension) = file.split_once('.')?;
    Some((batch_id.parse().ok()?, Format::of_extension(extension)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_batch_and_a_kind() {
        let batch = ReadingBatchId::new(7);
        assert_eq!(wanted("RE000007.csv"), Some((batch, Format::Csv)));
        assert_eq!(wanted("RE000007.xlsx"), Some((batch, Format::Xlsx)));
        for bad in ["RE000007", "PE000007.csv", "RE000007.pdf", "..", ""] {
            assert_eq!(wanted(bad), None, "{bad}");
        }
    }
}
