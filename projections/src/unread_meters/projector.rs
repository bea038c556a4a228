use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_decision::Actor;
use chaobiao_domain::meter::{MeterEvent, ReadingSubmitted};
use chaobiao_domain::reading_round::{ReadingRoundEvent, RoundOpened, UnreadReason};
use chaobiao_domain::units::{
    BillingMonth, BookNo, CampusId, MeterNo, ReadingId, RoundId, business_date,
};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};

use crate::rows::{field, store};

/// Keeps `read_unread_meters`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnreadMetersProjector;

/// Whether a meter on a walk has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkState {
    Unread,
    /// Read, and the reading waits for review.
    Held,
    Read,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct RoundState {
    pub(super) round_id: RoundId,
    pub(super) book: BookNo,
    pub(super) month: BillingMonth,
    pub(super) campus: CampusId,
    pub(super) opened_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    pub(super) closed_on: Option<NaiveDate>,
}

impl FromRow<'_, PgRow> for RoundState {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            book: field(row, "book")?,
            month: field(row, "month")?,
            campus: field(row, "campus")?,
            opened_on: row.try_get("opened_on")?,
            due_on: row.try_get("due_on")?,
            closed_on: row.try_get("closed_on")?,
        })
    }
}

#[derive(Clone, Debug, Serialize)]
struct WalkRow {
    round_id: RoundId,
    meter_no: MeterNo,
    position: i64,
    state: WalkState,
    reading_id: Option<ReadingId>,
    reason: Option<UnreadReason>,
    note: Option<String>,
    recorded_on: Option<NaiveDate>,
    recorded_by: Option<Actor>,
}

impl FromRow<'_, PgRow> for WalkRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            meter_no: field(row, "meter_no")?,
            position: row.try_get("position")?,
            state: field(row, "state")?,
            reading_id: field(row, "reading_id")?,
            reason: field(row, "reason")?,
            note: row.try_get("note")?,
            recorded_on: row.try_get("recorded_on")?,
            recorded_by: field(row, "recorded_by")?,
        })
    }
}

#[async_trait]
impl Projector for UnreadMetersProjector {
    fn name(&self) -> &'static str {
        "unread_meters"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "reading_round"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_unread_meters", "read_unread_meters_round"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut batch = Batch::load(events, connection).await?;
        for recorded in events {
            let id = recorded.stream.aggregate_id.as_str();
            if recorded.stream.aggregate_type == "meter" {
                batch.apply_meter(id, recorded.decode()?);
            } else {
                batch.apply_round(id, recorded.decode()?)?;
            }
        }
        batch.store(connection).await
    }
}

/// Rounds and the unfinished part of their walks, as far as a batch of events concerns them.
#[derive(Default)]
struct Batch {
    rounds: BTreeMap<String, RoundState>,
    /// By meter and round.
    walks: BTreeMap<(String, String), WalkRow>,
}

impl Batch {
    async fn load(
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<Self, ProjectionError> {
        let (meters, rounds): (Vec<_>, Vec<_>) = events
            .iter()
            .partition(|event| event.stream.aggregate_type == "meter");
        let ids = |events: Vec<&RecordedEvent>| -> Vec<String> {
            let ids: BTreeSet<String> = events
                .into_iter()
                .map(|event| event.stream.aggregate_id.clone())
                .collect();
            ids.into_iter().collect()
        };
        let (meters, rounds) = (ids(meters), ids(rounds));
        let walks: Vec<WalkRow> = sqlx::query_as(
            "SELECT round_id, meter_no, position, state, reading_id, reason, note, \
                 recorded_on, recorded_by \
             FROM read_unread_meters \
             WHERE (meter_no = ANY($1) AND state <> 'read') OR round_id = ANY($2)",
        )
        .bind(&meters)
        .bind(&rounds)
        .fetch_all(&mut *connection)
        .await?;
        let needed: BTreeSet<String> = walks
            .iter()
            .map(|walk| walk.round_id.to_string())
            .chain(rounds)
            .collect();
        let needed: Vec<String> = needed.into_iter().collect();
        let rounds: Vec<RoundState> = sqlx::query_as(
            "SELECT round_id, book, month, campus, opened_on, due_on, closed_on \
             FROM read_unread_meters_round WHERE round_id = ANY($1)",
        )
        .bind(&needed)
        .fetch_all(connection)
        .await?;
        let key = |walk: &WalkRow| (walk.meter_no.to_string(), walk.round_id.to_string());
        Ok(Self {
            rounds: rounds
                .into_iter()
                .map(|round| (round.round_id.to_string(), round))
                .collect(),
            walks: walks.into_iter().map(|walk| (key(&walk), walk)).collect(),
        })
    }

    fn apply_round(&mut self, id: &str, event: ReadingRoundEvent) -> Result<(), ProjectionError> {
        match event {
            ReadingRoundEvent::Opened(opened) => self.open(opened),
            ReadingRoundEvent::UnreadReasonRecorded(recorded) => {
                let key = (recorded.meter_no.to_string(), id.to_owned());
                let walk = self.walks.get_mut(&key).ok_or_else(|| {
                    ProjectionError::Invalid(format!("meter {} is not in round {id}", key.0))
                })?;
                walk.reason = Some(recorded.reason);
                walk.note = recorded.note;
                walk.recorded_on = Some(recorded.recorded_on);
                walk.recorded_by = Some(recorded.recorded_by);
            }
            ReadingRoundEvent::Closed(closed) => {
                if let Some(round) = self.rounds.get_mut(id) {
                    round.closed_on = Some(closed.closed_on);
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, opened: RoundOpened) {
        for (position, meter_no) in (0..).zip(opened.meters) {
            let walk = WalkRow {
                round_id: opened.round_id.clone(),
                meter_no,
                position,
                state: WalkState::Unread,
                reading_id: None,
                reason: None,
                note: None,
                recorded_on: None,
                recorded_by: None,
            };
            let key = (walk.meter_no.to_string(), walk.round_id.to_string());
            self.walks.insert(key, walk);
        }
        let round = RoundState {
            round_id: opened.round_id,
            book: opened.book,
            month: opened.month,
            campus: opened.campus,
            opened_on: opened.opened_on,
            due_on: opened.due_on,
            closed_on: None,
        };
        self.rounds.insert(round.round_id.to_string(), round);
    }

    fn apply_meter(&mut self, meter_no: &str, event: MeterEvent) {
        match event {
            MeterEvent::ReadingSubmitted(submitted) => self.submit(meter_no, &submitted),
            MeterEvent::ReadingAccepted(accepted) => {
                self.judge(meter_no, &accepted.reading_id, WalkState::Read);
            }
            MeterEvent::ReadingRejected(rejected) => {
                self.judge(meter_no, &rejected.reading_id, WalkState::Unread);
            }
            _ => {}
        }
    }

    fn walks_of(&mut self, meter_no: &str) -> impl Iterator<Item = &mut WalkRow> {
        let from = (meter_no.to_owned(), String::new());
        self.walks
            .range_mut(from..)
            .take_while(move |((meter, _), _)| meter == meter_no)
            .map(|(_, walk)| walk)
    }

    /// A reading counts for its own round and for every round that is open when it is taken: a
    /// resident who reads the meter spares the reader the way.
    fn submit(&mut self, meter_no: &str, submitted: &ReadingSubmitted) {
        let read_on = business_date(submitted.read_at);
        let counts: BTreeSet<String> = self
            .rounds
            .values()
            .filter(|round| {
                let open = round.opened_on <= read_on
                    && round.closed_on.is_none_or(|closed| read_on <= closed);
                open || submitted.round.as_ref() == Some(&round.round_id)
            })
            .map(|round| round.round_id.to_string())
            .collect();
        for walk in self.walks_of(meter_no) {
            if walk.state != WalkState::Read && counts.contains(walk.round_id.as_str()) {
                walk.state = WalkState::Held;
                walk.reading_id = Some(submitted.reading_id.clone());
            }
        }
    }

    fn judge(&mut self, meter_no: &str, reading_id: &ReadingId, state: WalkState) {
        for walk in self.walks_of(meter_no) {
            if walk.state != WalkState::Read && walk.reading_id.as_ref() == Some(reading_id) {
                walk.state = state;
                if state == WalkState::Unread {
                    walk.reading_id = None;
                }
            }
        }
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let rounds: Vec<RoundState> = self.rounds.into_values().collect();
        let statement = "INSERT INTO read_unread_meters_round \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unread_meters_round, $1) \
             ON CONFLICT (round_id) DO UPDATE SET closed_on = excluded.closed_on";
        store(connection, statement, &rounds).await?;
        let walks: Vec<WalkRow> = self.walks.into_values().collect();
        let statement = "INSERT INTO read_unread_meters \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unread_meters, $1) \
             ON CONFLICT (round_id, meter_no) DO UPDATE SET state = excluded.state, \
             reading_id = excluded.reading_id, reason = excluded.reason, note = excluded.note, \
             recorded_on = excluded.recorded_on, recorded_by = excluded.recorded_by";
        store(connection, statement, &walks).await?;
        Ok(())
    }
}
