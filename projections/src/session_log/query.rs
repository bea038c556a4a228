use chaobiao_domain::units::{
    Index, MeterNo, ReadingId, ReasonCode, RoundId, SessionId, StaffLogin,
};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Postgres, QueryBuilder, Row};

use super::EntryKind;
use crate::paging::{Page, Slice};
use crate::rows::field;

/// An outing with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub session_id: SessionId,
    pub reader: StaffLogin,
    pub round: Option<RoundId>,
    pub device: Option<String>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub summary: Option<String>,
    pub readings: i64,
    pub visits: i64,
    pub notes: i64,
}

impl FromRow<'_, PgRow> for SessionRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            session_id: field(row, "session_id")?,
            reader: field(row, "reader")?,
            round: field(row, "round")?,
            device: row.try_get("device")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            summary: row.try_get("summary")?,
            readings: row.try_get("readings")?,
            visits: row.try_get("visits")?,
            notes: row.try_get("notes")?,
        })
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub position: i64,
    pub at: DateTime<Utc>,
    pub reader: StaffLogin,
    pub kind: EntryKind,
    /// The outing it belongs to; none for what was done between outings.
    pub session_id: Option<SessionId>,
    pub meter_no: Option<MeterNo>,
    pub round: Option<RoundId>,
    pub reading_id: Option<ReadingId>,
    pub index: Option<Index>,
    pub reason: Option<ReasonCode>,
    pub note: Option<String>,
    pub left_note: Option<String>,
}

impl FromRow<'_, PgRow> for EntryRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            at: row.try_get("at")?,
            reader: field(row, "reader")?,
            kind: field(row, "kind")?,
            session_id: field(row, "session")?,
            meter_no: field(row, "meter_no")?,
            round: field(row, "round")?,
            reading_id: field(row, "reading_id")?,
            index: field(row, "index")?,
            reason: field(row, "reason")?,
            note: row.try_get("note")?,
            left_note: row.try_get("left_note")?,
        })
    }
}

/// Lines with the outing each belongs to: the one it names, or the reader's latest that was under
/// way at its time.
const LINES: &str = "FROM read_session_log_entry e LEFT JOIN LATERAL ( \
         SELECT s.session_id FROM read_session_log s \
         WHERE s.reader = e.reader AND s.started_at <= e.at \
           AND (s.finished_at IS NULL OR e.at <= s.finished_at) \
         ORDER BY s.started_at DESC, s.session_id LIMIT 1) o ON e.session_id IS NULL";

/// What a history of the field shows (R80).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    pub session_id: Option<SessionId>,
    pub meter_no: Option<MeterNo>,
    pub reader: Option<StaffLogin>,
    pub reason: Option<ReasonCode>,
    pub kind: Option<EntryKind>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// Lists go from the latest back.
pub type LogKey = (DateTime<Utc>, i64);

impl LogFilter {
    fn push(&self, query: &mut QueryBuilder<'_, Postgres>) {
        query.push(" WHERE true");
        let texts = [
            (
                "coalesce(e.session_id, o.session_id)",
                self.session_id.as_ref().map(ToString::to_string),
            ),
            (
                "e.meter_no",
                self.meter_no.as_ref().map(ToString::to_string),
            ),
            ("e.reader", self.reader.as_ref().map(ToString::to_string)),
            ("e.reason", self.reason.as_ref().map(ToString::to_string)),
            ("e.kind", self.kind.map(|kind| kind.as_str().to_owned())),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                query.push(format!(" AND {column} = ")).push_bind(text);
            }
        }
        if let Some(from) = self.from {
            query.push(" AND e.at >= ").push_bind(from);
        }
        if let Some(to) = self.to {
            query.push(" AND e.at < ").push_bind(to);
        }
    }
}

pub async fn entries(
    executor: impl PgExecutor<'_>,
    filter: &LogFilter,
    page: &Page<LogKey>,
) -> Result<Slice<EntryRow, LogKey>, sqlx::Error> {
    let mut query = QueryBuilder::new(
        "SELECT e.position, e.at, e.reader, e.kind, \
             coalesce(e.session_id, o.session_id) AS session, e.meter_no, e.round, e.reading_id, \
             e.index::text, e.reason, e.note, e.left_note ",
    );
    query.push(LINES);
    filter.push(&mut query);
    if let Some((at, position)) = page.after {
        query
            .push(" AND (e.at, e.position) < (")
            .push_bind(at)
            .push(", ")
            .push_bind(position)
            .push(")");
    }
    query
        .push(" ORDER BY e.at DESC, e.position DESC LIMIT ")
        .push_bind(page.limit());
    let rows: Vec<EntryRow> = query.build_query_as().fetch_all(executor).await?;
    Ok(page.slice(rows, |row| (row.at, row.position)))
}

/// Lists of outings go from the latest back.
pub type SessionKey = (DateTime<Utc>, String);

pub async fn sessions(
    executor: impl PgExecutor<'_>,
    reader: Option<&StaffLogin>,
    session_id: Option<&SessionId>,
    page: &Page<SessionKey>,
) -> Result<Slice<SessionRow, SessionKey>, sqlx::Error> {
    let statement = format!(
        "WITH page AS ( \
             SELECT * FROM read_session_log \
             WHERE ($1::text IS NULL OR reader = $1) AND ($2::text IS NULL OR session_id = $2) \
               AND ($3::timestamptz IS NULL OR (started_at, session_id) < ($3, $4)) \
             ORDER BY started_at DESC, session_id DESC LIMIT $5), \
         lines AS ( \
             SELECT coalesce(e.session_id, o.session_id) AS id, e.kind, count(*) AS count {LINES} \
             WHERE e.reader IN (SELECT reader FROM page) \
               AND e.at >= (SELECT min(started_at) FROM page) GROUP BY 1, 2) \
         SELECT p.*, \
             coalesce(sum(l.count) FILTER (WHERE l.kind = 'reading'), 0)::bigint AS readings, \
             coalesce(sum(l.count) FILTER (WHERE l.kind = 'visit'), 0)::bigint AS visits, \
             coalesce(sum(l.count) FILTER (WHERE l.kind = 'note'), 0)::bigint AS notes \
         FROM page p LEFT JOIN lines l ON l.id = p.session_id \
         GROUP BY p.session_id, p.reader, p.round, p.device, p.started_at, p.finished_at, \
             p.summary \
         ORDER BY p.started_at DESC, p.session_id DESC"
    );
    let after = page.after.as_ref();
    let rows: Vec<SessionRow> = sqlx::query_as(&statement)
        .bind(reader.map(StaffLogin::as_str))
        .bind(session_id.map(SessionId::as_str))
        .bind(after.map(|key| key.0))
        .bind(after.map(|key| &key.1))
        .bind(page.limit())
        .fetch_all(executor)
        .await?;
    Ok(page.slice(rows, |row| (row.started_at, row.session_id.to_string())))
}
