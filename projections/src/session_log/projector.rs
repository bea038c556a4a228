use async_trait::async_trait;
use chaobiao_decision::Actor;
use chaobiao_domain::meter::MeterEvent;
use chaobiao_domain::reading_round::ReadingRoundEvent;
use chaobiao_domain::reading_session::ReadingSessionEvent;
use chaobiao_domain::units::{
    Index, MeterNo, ReadingId, ReasonCode, RoundId, SessionId, instant_of,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::rows::store;

/// Keeps `read_session_log`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionLogProjector;

/// What a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Note,
    Reading,
    Visit,
}

impl EntryKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Reading => "reading",
            Self::Visit => "visit",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Entry {
    position: i64,
    at: DateTime<Utc>,
    reader: String,
    kind: EntryKind,
    session_id: Option<SessionId>,
    meter_no: Option<MeterNo>,
    round: Option<RoundId>,
    reading_id: Option<ReadingId>,
    index: Option<Index>,
    reason: Option<ReasonCode>,
    note: Option<String>,
    left_note: Option<String>,
}

impl Entry {
    /// Nothing for what no member of staff did.
    fn new(position: i64, at: DateTime<Utc>, by: &Actor, kind: EntryKind) -> Option<Self> {
        let Actor::Staff(reader) = by else {
            return None;
        };
        Some(Self {
            position,
            at,
            reader: reader.clone(),
            kind,
            session_id: None,
            meter_no: None,
            round: None,
            reading_id: None,
            index: None,
            reason: None,
            note: None,
            left_note: None,
        })
    }
}

fn invalid(error: impl std::fmt::Display) -> ProjectionError {
    ProjectionError::Invalid(error.to_string())
}

#[async_trait]
impl Projector for SessionLogProjector {
    fn name(&self) -> &'static str {
        "session_log"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "reading_round", "reading_session"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_session_log", "read_session_log_entry"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut entries = Vec::new();
        for recorded in events {
            let entry = match recorded.stream.aggregate_type.as_str() {
                "meter" => reading(recorded)?,
                "reading_round" => visit(recorded)?,
                _ => session(recorded, connection).await?,
            };
            entries.extend(entry);
        }
        let statement = "INSERT INTO read_session_log_entry \
             SELECT * FROM jsonb_populate_recordset(NULL::read_session_log_entry, $1)";
        store(connection, statement, &entries).await?;
        Ok(())
    }
}

fn reading(recorded: &RecordedEvent) -> Result<Option<Entry>, ProjectionError> {
    // Most events of meters are others; the name of this one spares decoding them.
    if recorded.event_type != "meter.reading_submitted" {
        return Ok(None);
    }
    let MeterEvent::ReadingSubmitted(submitted) = recorded.decode()? else {
        return Ok(None);
    };
    let meter_no = MeterNo::try_new(&recorded.stream.aggregate_id).map_err(invalid)?;
    let entry = Entry::new(
        recorded.leaf_index,
        submitted.read_at,
        &submitted.submitted_by,
        EntryKind::Reading,
    );
    Ok(entry.map(|entry| Entry {
        meter_no: Some(meter_no),
        round: submitted.round,
        reading_id: Some(submitted.reading_id),
        index: Some(submitted.index),
        note: submitted.note,
        ..entry
    }))
}

fn visit(recorded: &RecordedEvent) -> Result<Option<Entry>, ProjectionError> {
    let (position, round) = (recorded.leaf_index, &recorded.stream.aggregate_id);
    let round = Some(RoundId::try_new(round).map_err(invalid)?);
    Ok(match recorded.decode()? {
        ReadingRoundEvent::VisitRecorded(visit) => {
            let by = &visit.visited_by;
            Entry::new(position, visit.visited_at, by, EntryKind::Visit).map(|entry| Entry {
                meter_no: Some(visit.meter_no),
                round,
                reason: Some(visit.reason),
                note: visit.note,
                left_note: visit.left_note,
                ..entry
            })
        }
        ReadingRoundEvent::UnreadReasonRecorded(given) => {
            let reason = ReasonCode::try_new(given.reason.as_str()).map_err(invalid)?;
            // Of these only the day is kept; the moment it was written down is the better guess
            // on that day.
            let recorded_on = chaobiao_domain::units::business_date(recorded.recorded_at);
            let at = if recorded_on == given.recorded_on {
                recorded.recorded_at
            } else {
                instant_of(given.recorded_on.and_time(NaiveTime::MIN))
            };
            let by = &given.recorded_by;
            Entry::new(position, at, by, EntryKind::Visit).map(|entry| Entry {
                meter_no: Some(given.meter_no),
                round,
                reason: Some(reason),
                note: given.note,
                ..entry
            })
        }
        _ => None,
    })
}

async fn session(
    recorded: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<Option<Entry>, ProjectionError> {
    let id = recorded.stream.aggregate_id.as_str();
    match recorded.decode()? {
        ReadingSessionEvent::Started(started) => {
            sqlx::query("INSERT INTO read_session_log VALUES ($1, $2, $3, $4, $5)")
                .bind(id)
                .bind(started.reader.as_str())
                .bind(started.round.map(|round| round.to_string()))
                .bind(started.device)
                .bind(started.started_at)
                .execute(connection)
                .await?;
            Ok(None)
        }
        ReadingSessionEvent::NoteAdded(note) => {
            let reader: String =
                sqlx::query_scalar("SELECT reader FROM read_session_log WHERE session_id = $1")
                    .bind(id)
                    .fetch_one(connection)
                    .await?;
            let by = Actor::Staff(reader);
            let entry = Entry::new(recorded.leaf_index, note.noted_at, &by, EntryKind::Note);
            let session_id = SessionId::try_new(id).map_err(invalid)?;
            Ok(entry.map(|entry| Entry {
                session_id: Some(session_id),
                meter_no: note.meter_no,
                note: Some(note.text),
                ..entry
            }))
        }
        ReadingSessionEvent::Finished(finished) => {
            sqlx::query(
                "UPDATE read_session_log SET finished_at = $2, summary = $3 \
                 WHERE session_id = $1",
            )
            .bind(id)
            .bind(finished.finished_at)
            .bind(finished.summary)
            .execute(connection)
            .await?;
            Ok(None)
        }
    }
}
