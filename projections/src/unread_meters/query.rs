use chaobiao_decision::Actor;
use chaobiao_domain::reading_round::UnreadReason;
use chaobiao_domain::units::{BillingMonth, BookNo, CampusId, MeterNo, RoundId};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::projector::RoundState;
use crate::paging::{Page, Slice};
use crate::rows::field;

/// A meter of a round that has not been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadRow {
    pub round_id: RoundId,
    pub book: BookNo,
    pub month: BillingMonth,
    pub campus: CampusId,
    pub due_on: NaiveDate,
    pub meter_no: MeterNo,
    pub position: i64,
    /// The last reason given; none while nobody has been there.
    pub reason: Option<UnreadReason>,
    pub note: Option<String>,
    pub recorded_on: Option<NaiveDate>,
    pub recorded_by: Option<Actor>,
}

impl FromRow<'_, PgRow> for UnreadRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            book: field(row, "book")?,
            month: field(row, "month")?,
            campus: field(row, "campus")?,
            due_on: row.try_get("due_on")?,
            meter_no: field(row, "meter_no")?,
            position: row.try_get("position")?,
            reason: field(row, "reason")?,
            note: row.try_get("note")?,
            recorded_on: row.try_get("recorded_on")?,
            recorded_by: field(row, "recorded_by")?,
        })
    }
}

/// Which unread meters a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadFilter {
    pub round_id: Option<RoundId>,
    pub book: Option<BookNo>,
    pub campus: Option<CampusId>,
    pub month: Option<BillingMonth>,
    pub reason: Option<UnreadReason>,
}

/// Lists go by round and walk.
pub type UnreadKey = (String, i64);

const CONDITION: &str = "w.state = 'unread' AND ($1::text IS NULL OR r.round_id = $1) \
     AND ($2::text IS NULL OR r.book = $2) AND ($3::text IS NULL OR r.campus = $3) \
     AND ($4::text IS NULL OR r.month = $4) AND ($5::text IS NULL OR w.reason = $5)";

const FROM: &str = "FROM read_unread_meters w JOIN read_unread_meters_round r USING (round_id)";

impl UnreadFilter {
    fn texts(&self) -> [Option<String>; 5] {
        [
            self.round_id.as_ref().map(ToString::to_string),
            self.book.as_ref().map(ToString::to_string),
            self.campus.as_ref().map(ToString::to_string),
            self.month.map(|month| month.to_string()),
            self.reason.map(|reason| reason.as_str().to_owned()),
        ]
    }
}

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &UnreadFilter,
    page: &Page<UnreadKey>,
) -> Result<Slice<UnreadRow, UnreadKey>, sqlx::Error> {
    let statement = format!(
        "SELECT r.round_id, r.book, r.month, r.campus, r.due_on, w.meter_no, w.position, \
             w.reason, w.note, w.recorded_on, w.recorded_by \
         {FROM} WHERE {CONDITION} \
           AND ($6::text IS NULL OR (r.round_id, w.position) > ($6, $7)) \
         ORDER BY r.round_id, w.position LIMIT $8"
    );
    let mut query = sqlx::query_as(&statement);
    for text in filter.texts() {
        query = query.bind(text);
    }
    let after = page.after.as_ref();
    let rows: Vec<UnreadRow> = query
        .bind(after.map(|key| &key.0))
        .bind(after.map(|key| key.1))
        .bind(page.limit())
        .fetch_all(executor)
        .await?;
    Ok(page.slice(rows, |row| (row.round_id.to_string(), row.position)))
}

/// How many a filter finds.
pub async fn count(
    executor: impl PgExecutor<'_>,
    filter: &UnreadFilter,
) -> Result<i64, sqlx::Error> {
    let statement = format!("SELECT count(*) {FROM} WHERE {CONDITION}");
    let mut query = sqlx::query_scalar(&statement);
    for text in filter.texts() {
        query = query.bind(text);
    }
    query.fetch_one(executor).await
}

/// A round in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadSummary {
    pub round: RoundRow,
    pub meters: i64,
    pub read: i64,
    /// Read, but waiting for review.
    pub held: i64,
    pub unread: i64,
    /// Of the unread ones, by the last reason given; `None` where none was.
    pub reasons: Vec<(Option<UnreadReason>, i64)>,
}

/// A round of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRow {
    pub round_id: RoundId,
    pub book: BookNo,
    pub month: BillingMonth,
    pub campus: CampusId,
    pub opened_on: NaiveDate,
    pub due_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
}

impl From<RoundState> for RoundRow {
    fn from(state: RoundState) -> Self {
        Self {
            round_id: state.round_id,
            book: state.book,
            month: state.month,
            campus: state.campus,
            opened_on: state.opened_on,
            due_on: state.due_on,
            closed_on: state.closed_on,
        }
    }
}

struct Tally {
    round: RoundState,
    state: String,
    reason: Option<UnreadReason>,
    meters: i64,
}

impl FromRow<'_, PgRow> for Tally {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round: RoundState::from_row(row)?,
            state: row.try_get("state")?,
            reason: field(row, "reason")?,
            meters: row.try_get("meters")?,
        })
    }
}

/// The rounds of a month with their counts, by reason (R79).
pub async fn summary(
    executor: impl PgExecutor<'_>,
    month: Option<BillingMonth>,
    campus: Option<&CampusId>,
    round_id: Option<&RoundId>,
) -> Result<Vec<UnreadSummary>, sqlx::Error> {
    let tallies: Vec<Tally> = sqlx::query_as(&format!(
        "SELECT r.*, w.state, CASE w.state WHEN 'unread' THEN w.reason END AS reason, \
             count(*) AS meters \
         {FROM} WHERE ($1::text IS NULL OR r.month = $1) AND ($2::text IS NULL OR r.campus = $2) \
           AND ($3::text IS NULL OR r.round_id = $3) \
         GROUP BY r.round_id, w.state, 9 ORDER BY r.round_id, w.state, 9 NULLS FIRST"
    ))
    .bind(month.map(|month| month.to_string()))
    .bind(campus.map(CampusId::as_str))
    .bind(round_id.map(RoundId::as_str))
    .fetch_all(executor)
    .await?;
    let mut rounds: Vec<UnreadSummary> = Vec::new();
    for tally in tallies {
        if rounds
            .last()
            .is_none_or(|last| last.round.round_id != tally.round.round_id)
        {
            rounds.push(UnreadSummary {
                round: tally.round.clone().into(),
                meters: 0,
                read: 0,
                held: 0,
                unread: 0,
                reasons: Vec::new(),
            });
        }
        if let Some(round) = rounds.last_mut() {
            round.add(&tally);
        }
    }
    Ok(rounds)
}

impl UnreadSummary {
    fn add(&mut self, tally: &Tally) {
        self.meters += tally.meters;
        match tally.state.as_str() {
            "read" => self.read += tally.meters,
            "held" => self.held += tally.meters,
            _ => {
                self.unread += tally.meters;
                self.reasons.push((tally.reason, tally.meters));
            }
        }
    }
}
