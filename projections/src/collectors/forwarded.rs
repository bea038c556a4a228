//! 透传: what platforms sent through collectors, by its hashes; the bytes themselves are kept nowhere.

use chaobiao_domain::collector::BytesForwarded;
use chaobiao_domain::units::BytesHash;
use chaobiao_eventstore::{ProjectionError, RecordedEvent};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, Row};

use crate::paging::Slice;
use crate::rows::{field, store};
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// A request of a platform, and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForwardedRow {
    leaf_index: i64,
    line: i32,
    pub collector_no: String,
    pub at: DateTime<Utc>,
    pub request: BytesHash,
    pub request_bytes: i64,
    /// None: no answer came in time, or the request did not go on.
    pub answer: Option<BytesHash>,
    pub answer_bytes: i64,
    /// Why it did not go on.
    pub blocked: Option<String>,
}

impl FromRow<'_, PgRow> for ForwardedRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            leaf_index: row.try_get("leaf_index")?,
            line: row.try_get("line")?,
            collector_no: row.try_get("collector_no")?,
            at: row.try_get("at")?,
            request: field(row, "request")?,
            request_bytes: row.try_get("request_bytes")?,
            answer: field(row, "answer")?,
            answer_bytes: row.try_get("answer_bytes")?,
            blocked: row.try_get("blocked")?,
        })
    }
}

pub(super) async fn forward(
    event: &RecordedEvent,
    forwarded: BytesForwarded,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let row = |at, request, request_bytes: u32| ForwardedRow {
        leaf_index: event.leaf_index,
        line: 0,
        collector_no: event.stream.aggregate_id.clone(),
        at,
        request,
        request_bytes: i64::from(request_bytes),
        answer: None,
        answer_bytes: 0,
        blocked: None,
    };
    let through = forwarded
        .exchanges
        .into_iter()
        .map(|exchange| ForwardedRow {
            answer: exchange.answer,
            answer_bytes: i64::from(exchange.answer_bytes),
            ..row(exchange.at, exchange.request, exchange.request_bytes)
        });
    let blocked = forwarded.blocked.into_iter().map(|blocked| ForwardedRow {
        blocked: Some(blocked.reason),
        ..row(blocked.at, blocked.request, blocked.request_bytes)
    });
    let rows: Vec<ForwardedRow> = (0..)
        .zip(through.chain(blocked))
        .map(|(line, row)| ForwardedRow { line, ..row })
        .collect();
    store(
        connection,
        "INSERT INTO read_collectors_forwarded \
         SELECT * FROM jsonb_populate_recordset(NULL::read_collectors_forwarded, $1)",
        &rows,
    )
    .await?;
    Ok(())
}

/// What forwarded requests may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedOrderBy {
    At,
    CollectorNo,
    RequestBytes,
    AnswerBytes,
}

impl OrderBy for ForwardedOrderBy {
    fn columns(self) -> &'static [Column] {
        const AT: Column = ("at", "timestamptz");
        const LEAF: Column = ("leaf_index", "bigint");
        const LINE: Column = ("line", "integer");
        match self {
            Self::At => &[AT, LEAF, LINE],
            Self::CollectorNo => &[("collector_no", "text"), AT, LEAF, LINE],
            Self::RequestBytes => &[("request_bytes", "bigint"), AT, LEAF, LINE],
            Self::AnswerBytes => &[("answer_bytes", "bigint"), AT, LEAF, LINE],
        }
    }
}

/// Which of them a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardedFilter {
    pub collector_no: Option<String>,
    /// Only what did not go on.
    pub blocked: bool,
    /// Half-open.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// What was sent through, the newest first unless sorted otherwise.
pub async fn forwarded(
    executor: impl PgExecutor<'_>,
    filter: &ForwardedFilter,
    page: &SortedPage<ForwardedOrderBy>,
) -> Result<Slice<ForwardedRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::down(ForwardedOrderBy::At));
    let rows = sqlx::query(&format!(
        "SELECT *, {} FROM read_collectors_forwarded \
         WHERE ($1::text IS NULL OR collector_no = $1) AND (NOT $2 OR blocked IS NOT NULL) \
         AND ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at < $4){}",
        sorting.key(),
        sorting.rest(5)
    ))
    .bind(filter.collector_no.as_ref())
    .bind(filter.blocked)
    .bind(filter.from)
    .bind(filter.to)
    .bind(page.after_values())
    .fetch_all(executor)
    .await?;
    page.read(&rows)
}

#[cfg(test)]
mod tests {
    use chaobiao_domain::collector::{BlockedRequest, CollectorEvent, ForwardedExchange};
    use chaobiao_testing::TestDatabase;

    use super::*;
    use crate::collectors::CollectorsProjector;
    use crate::fixture::{Log, at};
    use crate::paging::Page;

    fn exchange(time: &str, bytes: u32) -> ForwardedExchange {
        ForwardedExchange {
            at: at(time),
            request: "a".repeat(64).parse().unwrap(),
            request_bytes: bytes,
            answer: (bytes > 16).then(|| "b".repeat(64).parse().unwrap()),
            answer_bytes: if bytes > 16 { 20 } else { 0 },
        }
    }

    #[tokio::test]
    async fn what_went_through_is_listed_with_what_was_held_up() {
        let first = BytesForwarded {
            exchanges: vec![
                exchange("2026-02-01 08:00", 16),
                exchange("2026-02-01 08:01", 18),
            ],
            blocked: vec![BlockedRequest {
                at: at("2026-02-01 08:02"),
                request: "c".repeat(64).parse().unwrap(),
                request_bytes: 24,
                reason: "含写操作".to_owned(),
            }],
        };
        let second = BytesForwarded {
            exchanges: vec![exchange("2026-02-01 09:00", 18)],
            blocked: Vec::new(),
        };
        let mut log = Log::default();
        log.record(
            ("collector", "C1"),
            "2026-02-01 08:03",
            &CollectorEvent::BytesForwarded(first),
        )
        .record(
            ("collector", "C2"),
            "2026-02-01 09:01",
            &CollectorEvent::BytesForwarded(second),
        );
        let database = TestDatabase::create().await;
        let pool = database.pool();
        log.project_both_ways(&CollectorsProjector, &pool).await;

        let shown = async |filter: ForwardedFilter, order| -> Vec<String> {
            let mut page = Page::first(1).sorted(order);
            let mut rows = Vec::new();
            loop {
                let slice = forwarded(&pool, &filter, &page).await.unwrap();
                page.after = slice.rows.last().map(|(key, _)| key.clone());
                rows.extend(slice.rows.into_iter().map(|(_, row)| {
                    let came = row
                        .answer
                        .map_or("-".to_owned(), |_| row.answer_bytes.to_string());
                    let said = row.blocked.unwrap_or_default();
                    format!("{} {} {came} {said}", row.collector_no, row.request_bytes)
                }));
                if !slice.has_next {
                    return rows;
                }
            }
        };
        let all = ForwardedFilter::default;
        let newest = ["C2 18 20 ", "C1 24 - 含写操作", "C1 18 20 ", "C1 16 - "];
        assert_eq!(shown(all(), None).await, newest);
        let smallest = Some(Sort::up(ForwardedOrderBy::RequestBytes));
        assert_eq!(
            shown(all(), smallest).await,
            ["C1 16 - ", "C1 18 20 ", "C2 18 20 ", "C1 24 - 含写操作"]
        );
        let blocked = ForwardedFilter {
            blocked: true,
            ..all()
        };
        assert_eq!(shown(blocked, None).await, ["C1 24 - 含写操作"]);
        let of_c2 = ForwardedFilter {
            collector_no: Some("C2".to_owned()),
            from: Some(at("2026-02-01 09:00")),
            ..all()
        };
        assert_eq!(shown(of_c2, None).await, ["C2 18 20 "]);
    }
}
