use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_projections::session_log::{self, EntryRow, SessionRow};
use chrono::{DateTime, Utc};

use crate::meter::{Meter, meter_of, reading_of};
use crate::reading::Reading;
use crate::reading_round::Labels;
use crate::support::Decimal;

/// A reader's outing (抄表日志).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ReadingSession {
    session_id: String,
    /// The login of who was out.
    reader: String,
    round_id: Option<String>,
    device: Option<String>,
    started_at: DateTime<Utc>,
    /// Null while it goes on.
    finished_at: Option<DateTime<Utc>>,
    summary: Option<String>,
    readings: i64,
    /// Visits in vain.
    visits: i64,
    notes: i64,
}

impl From<SessionRow> for ReadingSession {
    fn from(row: SessionRow) -> Self {
        Self {
            session_id: row.session_id.to_string(),
            reader: row.reader.to_string(),
            round_id: row.round.map(|round| round.to_string()),
            device: row.device,
            started_at: row.started_at,
            finished_at: row.finished_at,
            summary: row.summary,
            readings: row.readings,
            visits: row.visits,
            notes: row.notes,
        }
    }
}

/// What a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "session_log::EntryKind")]
pub(super) enum SessionLogKind {
    /// Something written down.
    Note,
    /// An index sent in.
    Reading,
    /// A visit in vain, with its reason.
    Visit,
}

/// A line of the log.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct SessionLogEntry {
    at: DateTime<Utc>,
    reader: String,
    kind: SessionLogKind,
    /// The outing it belongs to; null for what was done between outings.
    session_id: Option<String>,
    meter_no: Option<String>,
    round_id: Option<String>,
    index: Option<Decimal>,
    reason_code: Option<String>,
    reason_label: Option<String>,
    note: Option<String>,
    left_note: Option<String>,
    #[graphql(skip)]
    reading_id: Option<String>,
}

#[ComplexObject]
impl SessionLogEntry {
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        match &self.meter_no {
            Some(meter_no) => meter_of(ctx, meter_no).await,
            None => Ok(None),
        }
    }

    /// What became of the index.
    async fn reading(&self, ctx: &Context<'_>) -> Result<Option<Reading>> {
        match &self.reading_id {
            Some(reading_id) => Ok(reading_of(ctx, reading_id).await?.map(Reading)),
            None => Ok(None),
        }
    }
}

impl SessionLogEntry {
    pub(super) fn new(row: EntryRow, labels: &Labels) -> Self {
        Self {
            at: row.at,
            reader: row.reader.to_string(),
            kind: row.kind.into(),
            session_id: row.session_id.map(|session| session.to_string()),
            meter_no: row.meter_no.map(|meter_no| meter_no.to_string()),
            round_id: row.round.map(|round| round.to_string()),
            index: row.index.map(Decimal::from),
            reason_label: row.reason.as_ref().map(|code| labels.name(code)),
            reason_code: row.reason.map(|code| code.to_string()),
            note: row.note,
            left_note: row.left_note,
            reading_id: row.reading_id.map(|reading_id| reading_id.to_string()),
        }
    }
}
