//! 抄表数据 for the charging system: `GET /export/readings/<batch>.csv`, or `.xlsx`.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use chaobiao_decision::Actor;
use chaobiao_domain::meter::Quality;
use chaobiao_domain::reading_export::{CreateReadingBatch, ReadingBatchId};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BillingMonth, CampusId};
use chaobiao_eventstore::Daemon;
use chaobiao_graphql::support::Services;
use chaobiao_projections::reading_exports::{ExportedReading, ReadingBatch, query};
use sqlx::PgPool;

use super::batch::close;
use super::download::{Download, Export, wanted};
use super::table::{Cell, Table};
use super::{ExportError, Format};
use crate::app::Core;
use crate::http::Caller;

static EXPORT: Export = Export {
    what: "export.readings",
    right: Permission::RunBilling,
    absent: "未找到导出批次",
};
const COUNTED_BEFORE: &str = "READING_EXPORT_COUNTED_BEFORE";

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
pub async fn close_readings(
    core: &Core,
    daemon: &Daemon,
    actor: &Actor,
    month: BillingMonth,
    campus: Option<&CampusId>,
) -> Result<Option<ReadingBatchId>, ExportError> {
    close(core, daemon, actor, COUNTED_BEFORE, || async {
        let counted = query::countable(core.store.pool(), month, campus).await?;
        Ok((counted.row_count > 0).then(|| CreateReadingBatch {
            month,
            campus: campus.cloned(),
            counted,
        }))
    })
    .await
}

pub(super) async fn readings(
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
    let Some(read) = ReadingFile::read(pool, batch_id).await? else {
        return Ok(None);
    };
    Ok(Some(Download {
        name: format!("抄表数据-{}-{file}", read.batch.month),
        media_type: format.media_type(),
        bytes: read.file(format)?,
        personal: None,
    }))
}
