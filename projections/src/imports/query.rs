use chaobiao_domain::import_batch::{ImportKind, ImportedReading, RowCounts};
use chaobiao_domain::units::{AccountNo, FileHash, ImportBatchId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// A file's latest run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    pub batch_id: ImportBatchId,
    pub kind: ImportKind,
    pub file_name: String,
    pub file_hash: FileHash,
    pub run: i32,
    pub row_count: i32,
    pub counts: RowCounts,
    pub finished: bool,
    pub started_at: DateTime<Utc>,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub started_by: String,
    pub advanced_at: DateTime<Utc>,
    pub undo: Option<UndoRow>,
}

/// How far the undoing of a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoState {
    Requested,
    Approved,
    Done,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRow {
    pub state: UndoState,
    pub reason: String,
    /// As [`chaobiao_decision::Actor`] writes itself.
    pub requested_by: String,
    pub approved_by: Option<String>,
    pub withdrawn: i32,
    pub kept: i32,
}

impl UndoRow {
    fn of(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let Some(state) = field(row, "undo")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            state,
            reason: row.try_get("undo_reason")?,
            requested_by: row.try_get("undo_requested_by")?,
            approved_by: row.try_get("undo_approved_by")?,
            withdrawn: row.try_get("withdrawn")?,
            kept: row.try_get("kept")?,
        }))
    }
}

impl FromRow<'_, PgRow> for ImportRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let count = |column| row.try_get::<i32, _>(column).map(i32::unsigned_abs);
        Ok(Self {
            batch_id: field(row, "batch_id")?,
            kind: field(row, "kind")?,
            file_name: row.try_get("file_name")?,
            file_hash: field(row, "file_hash")?,
            run: row.try_get("run")?,
            row_count: row.try_get("row_count")?,
            counts: RowCounts {
                accepted: count("accepted")?,
                held: count("held")?,
                unchanged: count("unchanged")?,
                refused: count("refused")?,
            },
            finished: row.try_get("finished")?,
            started_at: row.try_get("started_at")?,
            started_by: row.try_get("started_by")?,
            advanced_at: row.try_get("advanced_at")?,
            undo: UndoRow::of(row)?,
        })
    }
}

/// A row nothing was written for.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RefusedImportRow {
    pub file_row: i32,
    pub subject: Option<String>,
    pub code: String,
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    batch_id: &ImportBatchId,
) -> Result<Option<ImportRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_imports WHERE batch_id = $1")
        .bind(batch_id.as_str())
        .fetch_optional(executor)
        .await
}

/// The newest first.
pub async fn imports(
    executor: impl PgExecutor<'_>,
    page: &Page<(DateTime<Utc>, String)>,
) -> Result<Slice<ImportRow, (DateTime<Utc>, String)>, sqlx::Error> {
    let (at, id) = page.after.clone().unzip();
    let rows = sqlx::query_as(
        "SELECT * FROM read_imports \
         WHERE $1::timestamptz IS NULL OR (started_at, batch_id) < ($1, $2) \
         ORDER BY started_at DESC, batch_id DESC LIMIT $3",
    )
    .bind(at)
    .bind(id)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &ImportRow| {
        (row.started_at, row.batch_id.to_string())
    }))
}

/// Of a file's latest run, in the order of the file.
pub async fn refused_rows(
    executor: impl PgExecutor<'_>,
    import: &ImportRow,
    page: &Page<i32>,
) -> Result<Slice<RefusedImportRow, i32>, sqlx::Error> {
    let rows = sqlx::query_as(
        "SELECT file_row, subject, code FROM read_imports_refused_row \
         WHERE batch_id = $1 AND run = $2 AND file_row > $3 ORDER BY file_row LIMIT $4",
    )
    .bind(import.batch_id.as_str())
    .bind(import.run)
    .bind(page.after.unwrap_or_default())
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &RefusedImportRow| row.file_row))
}

/// A reading that stays although its file was taken back.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct KeptRow {
    pub meter_no: String,
    pub reading_id: String,
    pub code: String,
}

/// By reading.
pub async fn kept(
    executor: impl PgExecutor<'_>,
    batch_id: &ImportBatchId,
    page: &Page<String>,
) -> Result<Slice<KeptRow, String>, sqlx::Error> {
    let rows = sqlx::query_as(
        "SELECT meter_no, reading_id, code FROM read_imports_kept \
         WHERE batch_id = $1 AND ($2::text IS NULL OR reading_id > $2) \
         ORDER BY reading_id LIMIT $3",
    )
    .bind(batch_id.as_str())
    .bind(&page.after)
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row: &KeptRow| row.reading_id.clone()))
}

/// When a file was last taken back: rows from before may come again, and are judged anew.
pub async fn last_undone(
    executor: impl PgExecutor<'_>,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar("SELECT max(undone_at) FROM read_imports")
        .fetch_one(executor)
        .await
}

/// Whether another file of the kind has been taken in since this one was.
pub async fn has_newer(
    executor: impl PgExecutor<'_>,
    kind: ImportKind,
    file: &FileHash,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM read_imports mine JOIN read_imports newer USING (kind) \
         WHERE mine.kind = $1 AND mine.file_hash = $2 AND mine.finished \
           AND newer.started_at > mine.started_at)",
    )
    .bind(kind.as_str())
    .bind(file.as_str())
    .fetch_one(executor)
    .await
}

/// The read model [`readings_of`] asks who pays for a meter.
pub const PAYERS_OF: &str = "usage_history";

/// What a file brought, the newest first, and the accounts that pay or paid for the meters. The
/// events say which file they came from; nothing is kept beside them for what is so rarely asked.
pub async fn readings_of(
    executor: impl PgExecutor<'_>,
    batch_id: &ImportBatchId,
) -> Result<Vec<ImportedReading>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT e.aggregate_id AS meter_no, e.payload ->> 'reading_id' AS reading_id, \
             ARRAY(SELECT DISTINCT a.account_no FROM read_usage_history_assignment a \
                   WHERE a.meter_no = e.aggregate_id ORDER BY 1) AS accounts \
         FROM events e \
         WHERE e.aggregate_type = 'meter' AND e.event_type = 'meter.reading_submitted' \
           AND e.metadata ->> 'request_id' = $1 AND e.global_position > ( \
             SELECT min(b.global_position) FROM events b \
             WHERE b.aggregate_type = 'import_batch' AND b.aggregate_id = $1) \
         ORDER BY e.global_position DESC",
    )
    .bind(batch_id.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(imported).collect()
}

fn imported(row: &PgRow) -> Result<ImportedReading, sqlx::Error> {
    let accounts: Vec<String> = row.try_get("accounts")?;
    let accounts = accounts.into_iter().map(AccountNo::try_new);
    let accounts = accounts.collect::<Result<_, _>>();
    Ok(ImportedReading {
        meter_no: field(row, "meter_no")?,
        reading_id: field(row, "reading_id")?,
        accounts: accounts.map_err(|error| sqlx::Error::Decode(error.into()))?,
    })
}
