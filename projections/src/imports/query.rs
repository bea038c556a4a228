use chaobiao_domain::import_batch::{ImportKind, RowCounts};
use chaobiao_domain::units::{FileHash, ImportBatchId};
use chrono::{DateTime, Utc};
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
