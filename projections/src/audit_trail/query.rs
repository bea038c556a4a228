use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::{FromRow, PgPool, Postgres, Row};

use super::lists::AuditList;
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
    pub list: Option<AuditListed>,
}

/// What of the trail is on a list of the auditors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditListed {
    pub event_types: Vec<String>,
    pub processes: Vec<String>,
    pub streams: Vec<String>,
    /// Where it is what staff did outside these spans, and not what is named above.
    pub outside: Option<Vec<(DateTime<Utc>, DateTime<Utc>)>>,
}

impl AuditListed {
    /// A list; `open` says when offices were open, for the one that is about that.
    pub fn of(list: AuditList, open: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            event_types: owned(list.event_types()),
            processes: owned(list.processes()),
            streams: owned(list.streams()),
            outside: (list == AuditList::AfterHours).then_some(open),
        }
    }
}

/// A part of the trail drawn by a seed: the same again from the same lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSample {
    /// Of how many lines it was drawn.
    pub population: i64,
    pub rows: Vec<AuditRow>,
}

const COLUMNS: &str = "leaf_index, entry, at, actor, kind, what, event_type, stream_type, \
     stream_id, code, origin, request_id";

/// `$1` to `$12`, bound by [`bound`].
const WHERE: &str = "
    WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR stream_type = $2)
      AND ($3::text IS NULL OR stream_id = $3) AND ($4::text IS NULL OR kind = $4)
      AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
      AND ($7::text[] IS NULL OR kind = 'changed'
           AND (event_type = ANY($7) OR what = ANY($8) OR stream_type = ANY($9)))
      AND (NOT $10 OR kind = 'changed' AND actor LIKE 'staff:%' AND NOT EXISTS (
           SELECT 1 FROM unnest($11::timestamptz[], $12::timestamptz[]) AS open (since, till)
           WHERE at >= open.since AND at < open.till))";

type Asked<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

fn bound<'q>(query: Asked<'q>, filter: &'q AuditFilter) -> Asked<'q> {
    let listed = filter.list.as_ref();
    let outside = listed.and_then(|list| list.outside.as_ref());
    // Which spans are outside says it all: nothing needs to be named.
    let named = listed.filter(|list| list.outside.is_none());
    let (since, till): (Vec<_>, Vec<_>) = outside.into_iter().flatten().copied().unzip();
    query
        .bind(&filter.actor)
        .bind(&filter.stream_type)
        .bind(&filter.stream_id)
        .bind(&filter.kind)
        .bind(filter.from)
        .bind(filter.to)
        .bind(named.map(|list| &list.event_types))
        .bind(named.map(|list| &list.processes))
        .bind(named.map(|list| &list.streams))
        .bind(outside.is_some())
        .bind(since)
        .bind(till)
}

/// The trail, newest first unless sorted otherwise.
pub async fn entries(
    pool: &PgPool,
    filter: &AuditFilter,
    page: &SortedPage<AuditOrderBy>,
) -> Result<Slice<AuditRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::down(AuditOrderBy::At));
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM read_audit_trail {WHERE}{}",
        sorting.key(),
        sorting.rest(13)
    );
    let rows = bound(sqlx::query(&sql), filter)
        .bind(page.after_values())
        .fetch_all(pool)
        .await?;
    page.read(&rows)
}

/// So many lines, drawn by a seed. Who draws again with it draws the same, and cannot choose.
pub async fn sample(
    pool: &PgPool,
    filter: &AuditFilter,
    size: u32,
    seed: &str,
) -> Result<AuditSample, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM read_audit_trail {WHERE}");
    let counted = bound(sqlx::query(&sql), filter).fetch_one(pool).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM read_audit_trail {WHERE} \
         ORDER BY sha256(convert_to($13 || '/' || leaf_index || '/' || entry, 'UTF8')) LIMIT $14"
    );
    let rows = bound(sqlx::query(&sql), filter)
        .bind(seed)
        .bind(i64::from(size))
        .fetch_all(pool)
        .await?;
    let rows: Result<Vec<AuditRow>, _> = rows.iter().map(AuditRow::from_row).collect();
    Ok(AuditSample {
        population: counted.try_get(0)?,
        rows: rows?,
    })
}
