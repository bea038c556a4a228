use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::import_batch;
use chaobiao_projections::imports;
use chrono::{DateTime, Utc};

use crate::support::{Connection, Services, connection, internal, page, page_size};

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "import_batch::ImportKind")]
pub(super) enum ImportKind {
    Meters,
    Accounts,
    /// Which account pays for which meter.
    Assignments,
    HandheldReadings,
    PlatformReadings,
    RemoteReadings,
    /// 历史用量
    UsageHistory,
    /// 工资代扣: what the payroll office has deducted.
    PayrollResults,
    /// 收费系统账单
    ChargingSystemBills,
}

/// A file taken in (导入批次). Taken in again, it shows its latest run.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(complex)]
pub struct ImportBatch {
    #[graphql(skip)]
    row: imports::ImportRow,
    batch_id: String,
    kind: ImportKind,
    file_name: String,
    /// SHA-256 of the file.
    file_hash: String,
    /// How often the file has been taken in, this time included.
    run: i32,
    /// Rows of data, the heading not counted.
    row_count: i32,
    accepted: i32,
    /// Taken in, and waiting for a person to look at them.
    held: i32,
    /// Known before; nothing was written for them.
    unchanged: i32,
    refused: i32,
    /// False while it goes on, and when it was interrupted: the same file carries it on.
    finished: bool,
    started_at: DateTime<Utc>,
    /// Such as `system:import`.
    started_by: String,
    /// When it was last known to go on.
    advanced_at: DateTime<Utc>,
    /// Null where nobody asked for it to be undone.
    undo: Option<ImportUndo>,
}

/// How far the undoing of a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "imports::UndoState")]
pub(super) enum ImportUndoState {
    /// It waits for another person.
    Requested,
    /// Readings are being taken back.
    Approved,
    Done,
}

/// The undoing of a file (撤回导入).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ImportUndo {
    state: ImportUndoState,
    reason: String,
    /// Such as `staff:li`.
    requested_by: String,
    approved_by: Option<String>,
    /// Readings that no longer count.
    withdrawn: i32,
    /// Readings that stay, since something rests on them.
    kept: i32,
}

impl From<imports::UndoRow> for ImportUndo {
    fn from(row: imports::UndoRow) -> Self {
        Self {
            state: row.state.into(),
            reason: row.reason,
            requested_by: row.requested_by,
            approved_by: row.approved_by,
            withdrawn: row.withdrawn,
            kept: row.kept,
        }
    }
}

/// A reading that stays although its file was taken back.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct KeptReading {
    meter_no: String,
    reading_id: String,
    /// The broken rule by name.
    code: String,
}

impl From<imports::KeptRow> for KeptReading {
    fn from(row: imports::KeptRow) -> Self {
        Self {
            meter_no: row.meter_no,
            reading_id: row.reading_id,
            code: row.code,
        }
    }
}

/// A row nothing was written for.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct RefusedImportRow {
    /// As an editor or spreadsheet counts, from 1.
    row: i32,
    /// The number of the meter or account, where the row named one.
    subject: Option<String>,
    /// The broken rule by name.
    code: String,
}

#[ComplexObject]
impl ImportBatch {
    /// In the order of the file.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn refused_rows(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<RefusedImportRow>> {
        let page = page(ctx, "refused_import_rows", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = imports::query::refused_rows(pool, &self.row, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "refused_import_rows", slice, RefusedImportRow::from)
    }

    /// What stays of a file that was taken back.
    #[graphql(complexity = "1 + page_size(first) * child_complexity")]
    async fn kept_readings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<KeptReading>> {
        let page = page(ctx, "kept_readings", first, after.as_deref())?;
        let pool = Services::of(ctx)?.store().pool();
        let slice = imports::query::kept(pool, &self.row.batch_id, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "kept_readings", slice, KeptReading::from)
    }
}

impl From<imports::RefusedImportRow> for RefusedImportRow {
    fn from(row: imports::RefusedImportRow) -> Self {
        Self {
            row: row.file_row,
            subject: row.subject,
            code: row.code,
        }
    }
}

impl From<imports::ImportRow> for ImportBatch {
    fn from(row: imports::ImportRow) -> Self {
        let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            batch_id: row.batch_id.to_string(),
            kind: row.kind.into(),
            file_name: row.file_name.clone(),
            file_hash: row.file_hash.to_string(),
            run: row.run,
            row_count: row.row_count,
            accepted: count(row.counts.accepted),
            held: count(row.counts.held),
            unchanged: count(row.counts.unchanged),
            refused: count(row.counts.refused),
            finished: row.finished,
            started_at: row.started_at,
            started_by: row.started_by.clone(),
            advanced_at: row.advanced_at,
            undo: row.undo.clone().map(ImportUndo::from),
            row,
        }
    }
}
