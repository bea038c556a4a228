//! Rounds in figures, one by one or put together.

use chaobiao_domain::units::{BillingMonth, CampusId, ReasonCode, RoundId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::query::FROM;
use super::row::RoundRow;
use crate::rows::field;

/// How far a walk has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub meters: i64,
    pub read: i64,
    /// Read, but waiting for review.
    pub held: i64,
    pub unread: i64,
    /// Of the unread ones, by the last reason given; `None` where none was.
    pub reasons: Vec<(Option<ReasonCode>, i64)>,
}

impl Figures {
    fn add(&mut self, state: &str, reason: Option<ReasonCode>, meters: i64) {
        self.meters += meters;
        match state {
            "read" => self.read += meters,
            "held" => self.held += meters,
            _ => {
                self.unread += meters;
                self.reasons.push((reason, meters));
            }
        }
    }
}

/// A round in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadSummary {
    pub round: RoundRow,
    pub figures: Figures,
}

/// The rounds of a month with their counts, by reason (R79).
pub async fn summary(
    executor: impl PgExecutor<'_>,
    month: Option<BillingMonth>,
    campus: Option<&CampusId>,
    round_id: Option<&RoundId>,
) -> Result<Vec<UnreadSummary>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query(&format!(
        "SELECT r.*, w.state, CASE w.state WHEN 'unread' THEN w.reason END AS why, \
             count(*) AS count \
         {FROM} WHERE ($1::text IS NULL OR r.month = $1) AND ($2::text IS NULL OR r.campus = $2) \
           AND ($3::text IS NULL OR r.round_id = $3) \
         GROUP BY r.round_id, w.state, why ORDER BY r.round_id, w.state, why NULLS FIRST"
    ))
    .bind(month.map(|month| month.to_string()))
    .bind(campus.map(CampusId::as_str))
    .bind(round_id.map(RoundId::as_str))
    .fetch_all(executor)
    .await?;
    let mut rounds: Vec<UnreadSummary> = Vec::new();
    for row in rows {
        let round = RoundRow::from_row(&row)?;
        if rounds
            .last()
            .is_none_or(|last| last.round.round_id != round.round_id)
        {
            rounds.push(UnreadSummary {
                round,
                figures: Figures::default(),
            });
        }
        if let Some(last) = rounds.last_mut() {
            let state: String = row.try_get("state")?;
            last.figures
                .add(&state, field(&row, "why")?, row.try_get("count")?);
        }
    }
    Ok(rounds)
}

/// What figures are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareBy {
    Book,
    Reader,
    Building,
    Campus,
}

impl ShareBy {
    const fn column(self) -> &'static str {
        match self {
            Self::Book => "r.book",
            Self::Reader => "r.reader",
            Self::Building => "m.building",
            Self::Campus => "r.campus",
        }
    }
}

/// The figures of one book, reader, building or campus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// `None` for what has no reader, or no building.
    pub key: Option<String>,
    pub figures: Figures,
}

/// A month's walks put together (R79).
pub async fn shares(
    executor: impl PgExecutor<'_>,
    by: ShareBy,
    month: BillingMonth,
    campus: Option<&CampusId>,
) -> Result<Vec<Share>, sqlx::Error> {
    let column = by.column();
    let rows: Vec<PgRow> = sqlx::query(&format!(
        "SELECT {column} AS key, w.state, \
             CASE w.state WHEN 'unread' THEN w.reason END AS why, count(*) AS count \
         {FROM} WHERE r.month = $1 AND ($2::text IS NULL OR r.campus = $2) \
         GROUP BY 1, 2, 3 ORDER BY 1 NULLS LAST, 2, 3 NULLS FIRST"
    ))
    .bind(month.to_string())
    .bind(campus.map(CampusId::as_str))
    .fetch_all(executor)
    .await?;
    let mut shares: Vec<Share> = Vec::new();
    for row in rows {
        let key: Option<String> = row.try_get("key")?;
        if shares.last().is_none_or(|last| last.key != key) {
            shares.push(Share {
                key,
                figures: Figures::default(),
            });
        }
        if let Some(last) = shares.last_mut() {
            let state: String = row.try_get("state")?;
            last.figures
                .add(&state, field(&row, "why")?, row.try_get("count")?);
        }
    }
    Ok(shares)
}
