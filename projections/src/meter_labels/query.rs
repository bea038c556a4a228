use chaobiao_domain::meter_label::{LabelSize, ScanCondition};
use chaobiao_domain::units::{BookNo, CampusId, Commodity, LabelBatchId, LabelTemplateId, MeterNo};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, PgExecutor, Row};

use crate::paging::{Page, Slice};
use crate::rows::field;

/// How a meter is labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelState {
    /// There is none, or the new one is not printed yet.
    ToPrint,
    /// Printed, and never scanned.
    ToScan,
    /// The last scan read nothing.
    Unreadable,
    Good,
}

impl LabelState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ToPrint => "to_print",
            Self::ToScan => "to_scan",
            Self::Unreadable => "unreadable",
            Self::Good => "good",
        }
    }
}

/// A meter with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    pub meter_no: MeterNo,
    pub serial: Option<i64>,
    pub batch_id: Option<LabelBatchId>,
    pub printed_at: Option<DateTime<Utc>>,
    pub printed_by: Option<String>,
    pub scanned_at: Option<DateTime<Utc>>,
    pub scan_condition: Option<ScanCondition>,
    pub readable: Option<bool>,
    key: LabelKey,
}

/// Lists go by book and walk.
pub type LabelKey = (String, i64, String);

impl FromRow<'_, PgRow> for LabelRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            serial: row.try_get("serial")?,
            batch_id: field(row, "batch_id")?,
            printed_at: row.try_get("printed_at")?,
            printed_by: row.try_get("printed_by")?,
            scanned_at: row.try_get("scanned_at")?,
            scan_condition: field(row, "scan_condition")?,
            readable: row.try_get("readable")?,
            key: (
                row.try_get("book")?,
                row.try_get("walk_order")?,
                row.try_get("meter_no")?,
            ),
        })
    }
}

impl LabelRow {
    pub const fn state(&self) -> LabelState {
        match (self.printed_at, self.readable) {
            (None, _) => LabelState::ToPrint,
            (Some(_), None) => LabelState::ToScan,
            (Some(_), Some(false)) => LabelState::Unreadable,
            (Some(_), Some(true)) => LabelState::Good,
        }
    }
}

/// Which meters a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelFilter {
    pub campus: Option<CampusId>,
    pub book: Option<BookNo>,
    pub meter_no: Option<MeterNo>,
    pub state: Option<LabelState>,
}

/// Meters with their labels, those without one too.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &LabelFilter,
    page: &Page<LabelKey>,
) -> Result<Slice<LabelRow, LabelKey>, sqlx::Error> {
    let after = page.after.as_ref();
    let rows: Vec<LabelRow> = sqlx::query_as(
        "SELECT c.meter_no, c.book, c.walk_order, l.serial, l.batch_id, l.printed_at, \
             l.printed_by, l.scanned_at, l.scan_condition, l.readable \
         FROM read_meter_card c LEFT JOIN read_meter_labels l USING (meter_no) \
         WHERE ($1::text IS NULL OR c.campus = $1) AND ($2::text IS NULL OR c.book = $2) \
           AND ($3::text IS NULL OR c.meter_no = $3) \
           AND ($4::text IS NULL OR $4 = CASE WHEN l.printed_at IS NULL THEN 'to_print' \
               WHEN l.readable IS NULL THEN 'to_scan' WHEN l.readable THEN 'good' \
               ELSE 'unreadable' END) \
           AND ($5::text IS NULL OR (c.book, c.walk_order, c.meter_no) > ($5, $6, $7)) \
         ORDER BY c.book, c.walk_order, c.meter_no LIMIT $8",
    )
    .bind(filter.campus.as_ref().map(CampusId::as_str))
    .bind(filter.book.as_ref().map(BookNo::as_str))
    .bind(filter.meter_no.as_ref().map(MeterNo::as_str))
    .bind(filter.state.map(LabelState::as_str))
    .bind(after.map(|key| &key.0))
    .bind(after.map(|key| key.1))
    .bind(after.map(|key| &key.2))
    .bind(page.limit())
    .fetch_all(executor)
    .await?;
    Ok(page.slice(rows, |row| row.key.clone()))
}

/// One label of a batch, with what is printed on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedLabel {
    pub meter_no: MeterNo,
    pub commodity: Commodity,
    pub campus: CampusId,
    pub serial: i64,
}

/// What was printed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelBatch {
    pub size: LabelSize,
    /// In the order of the walk, so that they are torn off in it.
    pub labels: Vec<PrintedLabel>,
}

/// A batch to be printed, again or for the first time; none where there is no such batch.
pub async fn batch(
    executor: impl PgExecutor<'_>,
    batch_id: &LabelBatchId,
) -> Result<Option<LabelBatch>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT b.meter_no, b.serial, b.size, c.commodity, c.campus \
         FROM read_meter_labels_batch b JOIN read_meter_card c USING (meter_no) \
         WHERE b.batch_id = $1 ORDER BY c.book, c.walk_order, c.meter_no",
    )
    .bind(batch_id.as_str())
    .fetch_all(executor)
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let Json(size) = first.try_get("size")?;
    let label = |row: &PgRow| {
        Ok(PrintedLabel {
            meter_no: field(row, "meter_no")?,
            commodity: field(row, "commodity")?,
            campus: field(row, "campus")?,
            serial: row.try_get("serial")?,
        })
    };
    let labels: Result<Vec<PrintedLabel>, sqlx::Error> = rows.iter().map(label).collect();
    Ok(Some(LabelBatch {
        size,
        labels: labels?,
    }))
}

/// One look of a scanner at a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRow {
    pub serial: i64,
    pub condition: ScanCondition,
    pub readable: bool,
    pub scanned_at: DateTime<Utc>,
    pub scanned_by: String,
}

impl FromRow<'_, PgRow> for ScanRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            serial: row.try_get("serial")?,
            condition: field(row, "condition")?,
            readable: row.try_get("readable")?,
            scanned_at: row.try_get("scanned_at")?,
            scanned_by: row.try_get("scanned_by")?,
        })
    }
}

/// R84: the scans of a meter's labels, the newest first.
pub async fn scans(
    executor: impl PgExecutor<'_>,
    meter_no: &MeterNo,
) -> Result<Vec<ScanRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT serial, condition, readable, scanned_at, scanned_by \
         FROM read_meter_labels_scan WHERE meter_no = $1 ORDER BY sequence DESC LIMIT 100",
    )
    .bind(meter_no.as_str())
    .fetch_all(executor)
    .await
}

/// The templates there are, by id.
pub async fn templates(
    executor: impl PgExecutor<'_>,
) -> Result<Vec<(LabelTemplateId, LabelSize)>, sqlx::Error> {
    let statement = "SELECT template_id, size FROM read_meter_labels_template ORDER BY template_id";
    let rows = sqlx::query(statement).fetch_all(executor).await?;
    rows.iter()
        .map(|row| {
            let Json(size) = row.try_get("size")?;
            Ok((field(row, "template_id")?, size))
        })
        .collect()
}
