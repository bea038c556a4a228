use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use crate::paging::Slice;
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

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

/// The trail has the order in which things happened, and may be read either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOrderBy {
    At,
}

impl OrderBy for AuditOrderBy {
    fn columns(self) -> &'static [Column] {
        &[("leaf_index", "bigint"), ("entry", "integer")]
    }
}

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

/// The trail, newest first unless sorted otherwise.
pub async fn entries(
    pool: &PgPool,
    filter: &AuditFilter,
    page: &SortedPage<AuditOrderBy>,
) -> Result<Slice<AuditRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::down(AuditOrderBy::At));
    let rows = sqlx::query(&format!(
        "SELECT leaf_index, entry, at, actor, kind, what, event_type, stream_type, stream_id, \
         code, origin, request_id, {} FROM read_audit_trail \
         WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR stream_type = $2) \
         AND ($3::text IS NULL OR stream_id = $3) AND ($4::text IS NULL OR kind = $4) \
         AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6){}",
        sorting.key(),
        sorting.rest(7)
    ))
    .bind(&filter.actor)
    .bind(&filter.stream_type)
    .bind(&filter.stream_id)
    .bind(&filter.kind)
    .bind(filter.from)
    .bind(filter.to)
    .bind(page.after_values())
    .fetch_all(pool)
    .await?;
    page.read(&rows)
}
