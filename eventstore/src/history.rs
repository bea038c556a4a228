//! History as it was known: prefixes of the log.
//!
//! `known_at` never falls along the log, so "as known at T" is the log up to some place. What was
//! known then is what the events before that place fold to, by the code that folds them today;
//! there is no other way to ask for the past.

use chaobiao_decision::{
    CommandContext, Process, Rejection, Stop, StoredEvent, StreamId, Workspace,
};
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::Aggregate;
use thiserror::Error;

use crate::{CommandError, EventStore, RecordedEvent, StoreError};

/// Up to where the log is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    #[default]
    Now,
    /// When the log had so many entries.
    Position(i64),
    At(DateTime<Utc>),
}

/// The two times somebody may ask by, as they ask: what was known, and which day it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeQuestion {
    /// `asOf` as a place in the log.
    pub position: Option<i64>,
    /// `asOf` as a day.
    pub date: Option<NaiveDate>,
    pub valid_on: Option<NaiveDate>,
    pub known_at: Option<DateTime<Utc>>,
}

impl TimeQuestion {
    /// What has to be known, and the day it is about.
    pub fn axes(&self) -> Result<(Known, Option<NaiveDate>), Rejection> {
        let log = [self.position.is_some(), self.known_at.is_some()];
        let day = [self.date.is_some(), self.valid_on.is_some()];
        let as_of = [self.position.is_some(), self.date.is_some()];
        if [log, day, as_of].contains(&[true, true]) {
            return Err(Rejection::new(
                "HISTORY_ASKED_TWICE",
                "同一个时间只能给一次：日志位置、日期与 knownAt、validOn 各取其一",
            )
            .on("asOf"));
        }
        let position = self.position.map(Known::Position);
        let known = position.or(self.known_at.map(Known::At));
        Ok((known.unwrap_or_default(), self.date.or(self.valid_on)))
    }
}

/// A place in the log: what was known is what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// How many entries the log had.
    pub position: i64,
    /// When the last of them became known; `None` before the first.
    pub known_at: Option<DateTime<Utc>>,
}

/// How often a command may ask for more streams.
const ROUNDS: usize = 64;

/// Why a place in the log cannot be given.
#[derive(Debug, Error)]
pub enum HistoryError {
    #[error(transparent)]
    Refused(#[from] Rejection),
    #[error(transparent)]
    Fault(#[from] StoreError),
}

impl From<sqlx::Error> for HistoryError {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// How many entries were known at an instant, found by halving: `known_at` grows with the log, and
/// an index on it would be work for every event ever sealed.
const KNOWN_AT: &str = "
    WITH RECURSIVE half (low, high) AS (
        SELECT 0::bigint, coalesce((SELECT max(leaf_index) + 1 FROM log), 0)
        UNION ALL
        SELECT CASE WHEN l.known_at <= $1 THEN l.leaf_index + 1 ELSE half.low END,
               CASE WHEN l.known_at <= $1 THEN half.high ELSE l.leaf_index END
          FROM half JOIN log l ON l.leaf_index = (half.low + half.high) / 2
         WHERE half.low < half.high
    )
    SELECT low FROM half WHERE low = high";

/// The last whole commit among the first entries: half a commit was never to be seen.
const WHOLE_COMMITS: &str = "
    SELECT leaf_index + 1 FROM log
     WHERE leaf_index < $1
       AND commit_index IS DISTINCT FROM (SELECT commit_index FROM log WHERE leaf_index = $1)
     ORDER BY leaf_index DESC LIMIT 1";

impl EventStore {
    /// Finds the place in the log up to which something was known.
    pub async fn horizon(&self, known: Known) -> Result<Horizon, HistoryError> {
        let length: i64 = sqlx::query_scalar("SELECT coalesce(max(leaf_index) + 1, 0) FROM log")
            .fetch_one(self.pool())
            .await?;
        let position: i64 = match known {
            Known::Now => length,
            Known::Position(position) if position > length => {
                return Err(Rejection::new(
                    "HISTORY_POSITION_BEYOND_LOG",
                    format!("日志只有 {length} 条，没有位置 {position}"),
                )
                .on("asOf")
                .into());
            }
            Known::Position(position) => sqlx::query_scalar(WHOLE_COMMITS)
                .bind(position)
                .fetch_optional(self.pool())
                .await?
                .unwrap_or(0),
            Known::At(at) => {
                sqlx::query_scalar(KNOWN_AT)
                    .bind(at)
                    .fetch_one(self.pool())
                    .await?
            }
        };
        if position == 0 && known != Known::Now {
            let refusal = Rejection::new("HISTORY_BEFORE_FIRST_EVENT", "那时还没有任何记录");
            return Err(refusal.into());
        }
        let known_at = sqlx::query_scalar("SELECT known_at FROM log WHERE leaf_index = $1 - 1")
            .bind(position)
            .fetch_optional(self.pool())
            .await?;
        Ok(Horizon { position, known_at })
    }

    /// A stream's history as it was known, decrypted, in order.
    pub async fn history_to(
        &self,
        stream: &StreamId,
        horizon: Horizon,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let sql = format!(
            "SELECT {} FROM events e JOIN log l USING (global_position) \
             WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND l.leaf_index < $3 \
             ORDER BY e.sequence",
            RecordedEvent::COLUMNS
        );
        let mut events: Vec<RecordedEvent> = sqlx::query_as(&sql)
            .bind(&stream.aggregate_type)
            .bind(&stream.aggregate_id)
            .bind(horizon.position)
            .fetch_all(self.pool())
            .await?;
        self.open_events(&mut events).await?;
        Ok(events)
    }

    /// What a command would have come to when nothing was known but the log up to some place.
    /// Writes nothing. Claims are not kept by time: to a command of the past all are free.
    pub async fn decide_as_known<P: Process>(
        &self,
        context: &CommandContext,
        process: &P,
        horizon: Horizon,
    ) -> Result<P::Outcome, CommandError> {
        let mut workspace = Workspace::default();
        for _ in 0..ROUNDS {
            match process.decide(context, &mut workspace) {
                Ok(outcome) => return Ok(outcome),
                Err(Stop::Refused(rejection)) => return Err(rejection.into()),
                Err(Stop::Corrupt(reason)) => return Err(StoreError::Corrupt(reason).into()),
                Err(Stop::Need(streams)) => {
                    workspace.rollback();
                    for stream in streams {
                        let history = self.history_to(&stream, horizon).await?;
                        let history = history.into_iter().map(stored).collect();
                        workspace.feed(stream, history);
                    }
                }
                Err(Stop::NeedClaim(claim)) => {
                    workspace.rollback();
                    workspace.feed_claim(claim, None);
                }
            }
        }
        Err(StoreError::EndlessNeed.into())
    }

    /// Every sealed event of a type, decrypted, in the one order.
    pub async fn events_of_type(&self, event_type: &str) -> Result<Vec<RecordedEvent>, StoreError> {
        let sql = format!(
            "SELECT {} FROM events e JOIN log l USING (global_position) \
             WHERE e.event_type = $1 ORDER BY l.leaf_index",
            RecordedEvent::COLUMNS
        );
        let mut events: Vec<RecordedEvent> = sqlx::query_as(&sql)
            .bind(event_type)
            .fetch_all(self.pool())
            .await?;
        self.open_events(&mut events).await?;
        Ok(events)
    }

    /// A stream's whole sealed history, decrypted, in order.
    pub async fn history(&self, stream: &StreamId) -> Result<Vec<RecordedEvent>, StoreError> {
        let everything = Horizon {
            position: i64::MAX,
            known_at: None,
        };
        self.history_to(stream, everything).await
    }
}

fn stored(event: RecordedEvent) -> StoredEvent {
    StoredEvent {
        sequence: event.sequence,
        event_type: event.event_type,
        event_version: event.event_version,
        payload: event.payload,
    }
}

/// The aggregate a history folds to.
pub fn replay<A: Aggregate>(history: &[RecordedEvent]) -> Result<A, StoreError> {
    let mut aggregate = A::default();
    for event in history {
        aggregate.apply(event.decode()?);
    }
    Ok(aggregate)
}
