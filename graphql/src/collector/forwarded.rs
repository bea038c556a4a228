use async_graphql::SimpleObject;
use chaobiao_projections::collectors::{self, ForwardedRow};
use chrono::{DateTime, Utc};

use crate::support::sorts;

sorts! {
    /// What forwarded requests may be sorted by.
    ForwardedSort by ForwardedOrderBy of collectors::ForwardedOrderBy {
        At,
        CollectorNo,
        RequestBytes,
        AnswerBytes,
    }
}

/// 透传: a request a platform sent through a collector, and what came back. The bytes themselves are
/// kept nowhere; whoever has them proves by their SHA-256 that these were they.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ForwardedExchange {
    collector_no: String,
    at: DateTime<Utc>,
    request_sha256: String,
    request_bytes: i32,
    /// Null: no answer came in time, or the request did not go on.
    answer_sha256: Option<String>,
    answer_bytes: i32,
    /// Why it did not go on; null for what went through.
    blocked_reason: Option<String>,
}

impl From<ForwardedRow> for ForwardedExchange {
    fn from(row: ForwardedRow) -> Self {
        let size = |bytes: i64| i32::try_from(bytes).unwrap_or(i32::MAX);
        Self {
            collector_no: row.collector_no,
            at: row.at,
            request_sha256: row.request.to_string(),
            request_bytes: size(row.request_bytes),
            answer_sha256: row.answer.map(|hash| hash.to_string()),
            answer_bytes: size(row.answer_bytes),
            blocked_reason: row.blocked,
        }
    }
}
