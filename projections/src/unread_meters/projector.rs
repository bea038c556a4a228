use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chaobiao_domain::delay_reasons::DelayReasonsEvent;
use chaobiao_domain::meter::{MeterEvent, ReadingSubmitted};
use chaobiao_domain::reading_round::{
    ConflictSettled, FieldConflict, ReadingRoundEvent, RoundOpened, UnreadReasonRecorded,
    VisitRecorded,
};
use chaobiao_domain::units::{MeterNo, ReadingId, ReasonCode, RoundId, business_date};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::row::{ConflictRow, MeterRow, RoundRow, WALK_COLUMNS, WalkRow, WalkState};
use crate::rows::store;

/// Keeps `read_unread_meters`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnreadMetersProjector;

#[async_trait]
impl Projector for UnreadMetersProjector {
    fn name(&self) -> &'static str {
        "unread_meters"
    }

    fn version(&self) -> i32 {
        2
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["meter", "reading_round", "delay_reasons"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_unread_meters",
            "read_unread_meters_round",
            "read_unread_meters_meter",
            "read_unread_meters_reason",
            "read_unread_meters_conflict",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        let mut batch = Batch::load(events, connection).await?;
        for recorded in events {
            let id = recorded.stream.aggregate_id.as_str();
            match recorded.stream.aggregate_type.as_str() {
                "meter" => batch.apply_meter(id, recorded.decode()?),
                "reading_round" => {
                    batch.apply_round(id, recorded.decode()?, recorded.recorded_at)?;
                }
                _ => name_reason(recorded.decode()?, connection).await?,
            }
        }
        batch.store(connection).await
    }
}

/// Reasons change once in a while: event by event is good enough.
async fn name_reason(
    event: DelayReasonsEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    match event {
        DelayReasonsEvent::Defined(defined) => sqlx::query(
            "INSERT INTO read_unread_meters_reason VALUES ($1, $2, $3, false) \
             ON CONFLICT (code) DO UPDATE \
             SET (label, needs_note, retired) = (excluded.label, excluded.needs_note, false)",
        )
        .bind(defined.code.to_string())
        .bind(defined.label)
        .bind(defined.needs_note),
        DelayReasonsEvent::Retired { code } => {
            let known = chaobiao_domain::delay_reasons::DelayReasons::initial()
                .find(|(initial, _)| *initial == code);
            let (label, needs_note) = known.map_or_else(
                || (code.to_string(), false),
                |(_, reason)| (reason.label, reason.needs_note),
            );
            sqlx::query(
                "INSERT INTO read_unread_meters_reason VALUES ($1, $2, $3, true) \
                 ON CONFLICT (code) DO UPDATE SET retired = true",
            )
            .bind(code.to_string())
            .bind(label)
            .bind(needs_note)
        }
    }
    .execute(connection)
    .await?;
    Ok(())
}

/// Rounds, meters and the unfinished part of walks, as far as a batch of events concerns them.
#[derive(Default)]
struct Batch {
    rounds: BTreeMap<String, RoundRow>,
    /// By meter and round.
    walks: BTreeMap<(String, String), WalkRow>,
    meters: BTreeMap<String, MeterRow>,
    conflicts: BTreeMap<(String, String), ConflictRow>,
}

fn streams(events: &[RecordedEvent], aggregate_type: &str) -> Vec<String> {
    let ids: BTreeSet<String> = events
        .iter()
        .filter(|event| event.stream.aggregate_type == aggregate_type)
        .map(|event| event.stream.aggregate_id.clone())
        .collect();
    ids.into_iter().collect()
}

/// Readings that no longer count, for walks that seemed to be done.
fn withdrawn(events: &[RecordedEvent]) -> Result<Vec<String>, ProjectionError> {
    let mut readings = Vec::new();
    for event in events {
        if event.event_type == "meter.reading_withdrawn"
            && let MeterEvent::ReadingWithdrawn(withdrawn) = event.decode()?
        {
            readings.push(withdrawn.reading_id.to_string());
        }
    }
    Ok(readings)
}

impl Batch {
    async fn load(
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<Self, ProjectionError> {
        let meters = streams(events, "meter");
        let rounds = streams(events, "reading_round");
        let walks: Vec<WalkRow> = sqlx::query_as(&format!(
            "SELECT {WALK_COLUMNS} FROM read_unread_meters \
             WHERE (meter_no = ANY($1) AND state <> 'read') OR round_id = ANY($2) \
                OR (meter_no = ANY($1) AND reading_id = ANY($3))"
        ))
        .bind(&meters)
        .bind(&rounds)
        .bind(withdrawn(events)?)
        .fetch_all(&mut *connection)
        .await?;
        let conflicts: Vec<ConflictRow> = sqlx::query_as(
            "SELECT round_id, item_id, meter_no, index::text, read_at, photo, note, read_by, \
                 existing, recorded_at, settled_by, taken_as \
             FROM read_unread_meters_conflict WHERE round_id = ANY($1) AND settled_by IS NULL",
        )
        .bind(&rounds)
        .fetch_all(&mut *connection)
        .await?;
        let needed: BTreeSet<String> = walks
            .iter()
            .map(|walk| walk.round_id.to_string())
            .chain(rounds)
            .collect();
        let needed: Vec<String> = needed.into_iter().collect();
        let rounds: Vec<RoundRow> =
            sqlx::query_as("SELECT * FROM read_unread_meters_round WHERE round_id = ANY($1)")
                .bind(&needed)
                .fetch_all(&mut *connection)
                .await?;
        let meters: Vec<MeterRow> =
            sqlx::query_as("SELECT * FROM read_unread_meters_meter WHERE meter_no = ANY($1)")
                .bind(&meters)
                .fetch_all(connection)
                .await?;
        let key = |walk: &WalkRow| (walk.meter_no.to_string(), walk.round_id.to_string());
        Ok(Self {
            rounds: rounds
                .into_iter()
                .map(|round| (round.round_id.to_string(), round))
                .collect(),
            walks: walks.into_iter().map(|walk| (key(&walk), walk)).collect(),
            meters: meters
                .into_iter()
                .map(|meter| (meter.meter_no.to_string(), meter))
                .collect(),
            conflicts: conflicts
                .into_iter()
                .map(|row| ((row.round_id.to_string(), row.item_id.to_string()), row))
                .collect(),
        })
    }

    fn apply_round(
        &mut self,
        id: &str,
        event: ReadingRoundEvent,
        recorded_at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        match event {
            ReadingRoundEvent::Opened(opened) => self.open(opened),
            ReadingRoundEvent::UnreadReasonRecorded(recorded) => self.reason(id, recorded)?,
            ReadingRoundEvent::VisitRecorded(visit) => self.visit(id, visit)?,
            ReadingRoundEvent::Assigned(assigned) => {
                if let Some(round) = self.rounds.get_mut(id) {
                    round.reader = Some(assigned.reader);
                }
            }
            ReadingRoundEvent::Reordered { meters } => self.reorder(id, &meters),
            ReadingRoundEvent::ConflictRecorded(conflict) => {
                self.conflict(id, conflict, recorded_at)?;
            }
            ReadingRoundEvent::ConflictSettled(settled) => self.settle(id, settled),
            ReadingRoundEvent::Closed(closed) => {
                if let Some(round) = self.rounds.get_mut(id) {
                    round.closed_on = Some(closed.closed_on);
                }
            }
        }
        Ok(())
    }

    fn walk(&mut self, meter_no: &MeterNo, id: &str) -> Result<&mut WalkRow, ProjectionError> {
        let key = (meter_no.to_string(), id.to_owned());
        self.walks.get_mut(&key).ok_or_else(|| {
            ProjectionError::Invalid(format!("meter {meter_no} is not in round {id}"))
        })
    }

    fn reason(&mut self, id: &str, recorded: UnreadReasonRecorded) -> Result<(), ProjectionError> {
        let reason = ReasonCode::try_new(recorded.reason.as_str())
            .map_err(|error| ProjectionError::Invalid(error.to_string()))?;
        let walk = self.walk(&recorded.meter_no, id)?;
        walk.reason = Some(reason);
        walk.note = recorded.note;
        walk.recorded_on = Some(recorded.recorded_on);
        walk.recorded_by = Some(recorded.recorded_by);
        walk.visits += 1;
        Ok(())
    }

    fn visit(&mut self, id: &str, visit: VisitRecorded) -> Result<(), ProjectionError> {
        let walk = self.walk(&visit.meter_no, id)?;
        walk.visits += 1;
        // A visit that comes in late from a device does not hide a later one.
        let visited_on = business_date(visit.visited_at);
        if walk.recorded_on.is_none_or(|last| last <= visited_on) {
            walk.reason = Some(visit.reason);
            walk.note = visit.note;
            walk.recorded_on = Some(visited_on);
            walk.recorded_by = Some(visit.visited_by);
        }
        if visit.left_note.is_some() {
            walk.left_note = visit.left_note;
        }
        Ok(())
    }

    fn reorder(&mut self, id: &str, meters: &[MeterNo]) {
        for (position, meter_no) in (0..).zip(meters) {
            let key = (meter_no.to_string(), id.to_owned());
            if let Some(walk) = self.walks.get_mut(&key) {
                walk.position = position;
            }
        }
    }

    fn conflict(
        &mut self,
        id: &str,
        conflict: FieldConflict,
        recorded_at: DateTime<Utc>,
    ) -> Result<(), ProjectionError> {
        let round_id =
            RoundId::try_new(id).map_err(|error| ProjectionError::Invalid(error.to_string()))?;
        let key = (id.to_owned(), conflict.item_id.to_string());
        let row = ConflictRow::new(round_id, conflict, recorded_at);
        self.conflicts.insert(key, row);
        Ok(())
    }

    fn settle(&mut self, id: &str, settled: ConflictSettled) {
        let key = (id.to_owned(), settled.item_id.to_string());
        if let Some(row) = self.conflicts.get_mut(&key) {
            row.settled_by = Some(settled.settled_by);
            row.taken_as = settled.taken_as;
        }
    }

    fn open(&mut self, opened: RoundOpened) {
        for (position, meter_no) in (0..).zip(opened.meters.clone()) {
            let walk = WalkRow::new(opened.round_id.clone(), meter_no, position);
            let key = (walk.meter_no.to_string(), walk.round_id.to_string());
            self.walks.insert(key, walk);
        }
        let round = RoundRow::from(opened);
        self.rounds.insert(round.round_id.to_string(), round);
    }

    fn apply_meter(&mut self, meter_no: &str, event: MeterEvent) {
        match event {
            MeterEvent::Registered(card) => {
                self.meters.insert(meter_no.to_owned(), card.into());
            }
            MeterEvent::ReadingSubmitted(submitted) => self.submit(meter_no, &submitted),
            MeterEvent::ReadingAccepted(accepted) => {
                self.judge(meter_no, &accepted.reading_id, WalkState::Read);
            }
            MeterEvent::ReadingRejected(rejected) => {
                self.judge(meter_no, &rejected.reading_id, WalkState::Unread);
            }
            MeterEvent::ReadingWithdrawn(withdrawn) => {
                self.withdraw(meter_no, &withdrawn.reading_id);
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
        if let Some(meter) = self.meters.get_mut(meter_no) {
            meter.last_channel = Some(submitted.channel);
        }
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
                walk.channel = Some(submitted.channel);
            }
        }
    }

    fn judge(&mut self, meter_no: &str, reading_id: &ReadingId, state: WalkState) {
        for walk in self.walks_of(meter_no) {
            if walk.state != WalkState::Read && walk.reading_id.as_ref() == Some(reading_id) {
                walk.state = state;
                if state == WalkState::Unread {
                    walk.reading_id = None;
                    walk.channel = None;
                }
            }
        }
    }

    /// Whoever was thought to have been read is unread again.
    fn withdraw(&mut self, meter_no: &str, reading_id: &ReadingId) {
        for walk in self.walks_of(meter_no) {
            if walk.reading_id.as_ref() == Some(reading_id) {
                walk.state = WalkState::Unread;
                walk.reading_id = None;
                walk.channel = None;
            }
        }
    }

    async fn store(self, connection: &mut PgConnection) -> Result<(), ProjectionError> {
        let rounds: Vec<RoundRow> = self.rounds.into_values().collect();
        let statement = "INSERT INTO read_unread_meters_round \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unread_meters_round, $1) \
             ON CONFLICT (round_id) DO UPDATE \
             SET (closed_on, reader) = (excluded.closed_on, excluded.reader)";
        store(connection, statement, &rounds).await?;
        let walks: Vec<WalkRow> = self.walks.into_values().collect();
        let statement = "INSERT INTO read_unread_meters \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unread_meters, $1) \
             ON CONFLICT (round_id, meter_no) DO UPDATE SET position = excluded.position, \
             state = excluded.state, reading_id = excluded.reading_id, reason = excluded.reason, \
             note = excluded.note, recorded_on = excluded.recorded_on, \
             recorded_by = excluded.recorded_by, visits = excluded.visits, \
             left_note = excluded.left_note, channel = excluded.channel";
        store(connection, statement, &walks).await?;
        let meters: Vec<MeterRow> = self.meters.into_values().collect();
        let statement = "INSERT INTO read_unread_meters_meter \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unread_meters_meter, $1) \
             ON CONFLICT (meter_no) DO UPDATE SET last_channel = excluded.last_channel";
        store(connection, statement, &meters).await?;
        let conflicts: Vec<ConflictRow> = self.conflicts.into_values().collect();
        let statement = "INSERT INTO read_unread_meters_conflict \
             SELECT * FROM jsonb_populate_recordset(NULL::read_unread_meters_conflict, $1) \
             ON CONFLICT (round_id, item_id) DO UPDATE \
             SET (settled_by, taken_as) = (excluded.settled_by, excluded.taken_as)";
        store(connection, statement, &conflicts).await?;
        Ok(())
    }
}
