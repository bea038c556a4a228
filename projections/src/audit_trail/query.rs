use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use crate::paging::{Page, Slice};

/// The kind of a row that stands for an event; the others are kinds of the access log.
pub const CHANGED: &str = "changed";

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AuditRow {
    pub leaf_index: i64,
    pub entry: i32,
    pub at: DateTime<Utc>,
    /// As the store writes actors, `staff:li`.
    pub actor: String,
    pub kind: String,
    pub what: String,
    pub event_type: Option<String>,
    pub stream_type: Option<String>,
    pub stream_id: Option<String>,
    pub code: Option<String>,
    pub origin: Option<String>,
    pub request_id: Option<String>,
}

/// The trail is shown from the newest line back.
pub type AuditKey = (i64, i32);

/// Which lines are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub actor: Option<String>,
    pub stream_type: Option<String>,
    pub stream_id: Option<String>,
    pub kind: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Not included.
    pub to: Option<DateTime<Utc>>,
}

/// The trail, newest first.
pub async fn entries(
    pool: &PgPool,
    filter: &AuditFilter,
    page: &Page<AuditKey>,
) -> Result<Slice<AuditRow, AuditKey>, sqlx::Error> {
    let (before_leaf, before_entry) = page.after.unzip();
    let rows = sqlx::query_as(
        "SELECT leaf_index, entry, at, actor, kind, what, event_type, stream_type, stream_id, \
         code, origin, request_id FROM read_audit_trail \
         WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR stream_type = $2) \
         AND ($3::text IS NULL OR stream_id = $3) AND ($4::text IS NULL OR kind = $4) \
         AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6) \
         AND ($7::bigint IS NULL OR (leaf_index, entry) < ($7, $8)) \
         ORDER BY leaf_index DESC, entry DESC LIMIT $9",
    )
    .bind(&filter.actor)
    .bind(&filter.stream_type)
    .bind(&filter.stream_id)
    .bind(&filter.kind)
    .bind(filter.from)
    .bind(filter.to)
    .bind(before_leaf)
    .bind(before_entry)
    .bind(page.limit())
    .fetch_all(pool)
    .await?;
    Ok(page.slice(rows, |row: &AuditRow| (row.leaf_index, row.entry)))
}
