use chaobiao_decision::Actor;
use chaobiao_domain::delay_reasons::{DelayReason, DelayReasons};
use chaobiao_domain::units::{
    BillingMonth, BookNo, CampusId, MeterNo, ReasonCode, RoundId, StaffLogin,
};
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, QueryBuilder, Row};

use super::row::{ConflictRow, RoundRow};
use crate::paging::Slice;
use crate::rows::field;
use crate::sorting::{Column, OrderBy, Sort, SortKey, SortedPage};

/// A meter of a round that has not been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadRow {
    pub round_id: RoundId,
    pub book: BookNo,
    pub month: BillingMonth,
    pub campus: CampusId,
    pub due_on: NaiveDate,
    pub reader: Option<StaffLogin>,
    pub meter_no: MeterNo,
    pub building: String,
    pub room: String,
    /// Whether its customers may read it themselves.
    pub self_read: bool,
    pub position: i64,
    /// The last reason given; none while nobody has been there.
    pub reason: Option<ReasonCode>,
    pub note: Option<String>,
    pub recorded_on: Option<NaiveDate>,
    pub recorded_by: Option<Actor>,
    /// How often somebody was there in vain.
    pub visits: i64,
    pub left_note: Option<String>,
}

impl FromRow<'_, PgRow> for UnreadRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            book: field(row, "book")?,
            month: field(row, "month")?,
            campus: field(row, "campus")?,
            due_on: row.try_get("due_on")?,
            reader: field(row, "reader")?,
            meter_no: field(row, "meter_no")?,
            building: row.try_get("building")?,
            room: row.try_get("room")?,
            self_read: row.try_get("self_read")?,
            position: row.try_get("position")?,
            reason: field(row, "reason")?,
            note: row.try_get("note")?,
            recorded_on: row.try_get("recorded_on")?,
            recorded_by: field(row, "recorded_by")?,
            visits: row.try_get("visits")?,
            left_note: row.try_get("left_note")?,
        })
    }
}

/// Which unread meters a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadFilter {
    pub round_id: Option<RoundId>,
    pub book: Option<BookNo>,
    pub campus: Option<CampusId>,
    pub building: Option<String>,
    pub reader: Option<StaffLogin>,
    pub month: Option<BillingMonth>,
    pub reason: Option<ReasonCode>,
    /// R18: only those a reader has to go to on that day: of rounds under way, without meters that
    /// report by themselves, and without those whose customers are being asked to read them.
    pub tasks_on: Option<NaiveDate>,
}

/// What unread meters may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadOrderBy {
    /// Round by round in the order of the walk.
    Walk,
    MeterNo,
    Place,
    Reader,
    DueOn,
    Visits,
    Reason,
}

impl OrderBy for UnreadOrderBy {
    fn columns(self) -> &'static [Column] {
        const ROUND: Column = ("r.round_id", "text");
        const POSITION: Column = ("w.position", "bigint");
        const METER: Column = ("w.meter_no", "text");
        match self {
            Self::Walk => &[ROUND, POSITION, METER],
            Self::MeterNo => &[METER, ROUND],
            Self::Place => &[
                ("coalesce(m.building, '')", "text"),
                ("coalesce(m.room, '')", "text"),
                METER,
                ROUND,
            ],
            Self::Reader => &[("coalesce(r.reader, '')", "text"), ROUND, POSITION, METER],
            Self::DueOn => &[("r.due_on", "date"), ROUND, POSITION, METER],
            Self::Visits => &[("w.visits", "bigint"), ROUND, POSITION, METER],
            Self::Reason => &[("coalesce(w.reason, '')", "text"), ROUND, POSITION, METER],
        }
    }
}

const COLUMNS: &str = "r.round_id, r.book, r.month, r.campus, r.due_on, r.reader, w.meter_no, \
     coalesce(m.building, '') AS building, coalesce(m.room, '') AS room, \
     coalesce(m.self_read, false) AS self_read, w.position, w.reason, w.note, w.recorded_on, \
     w.recorded_by, w.visits, w.left_note";

pub(super) const FROM: &str = "FROM read_unread_meters w \
     JOIN read_unread_meters_round r USING (round_id) \
     LEFT JOIN read_unread_meters_meter m USING (meter_no)";

impl UnreadFilter {
    fn push(&self, query: &mut QueryBuilder<'_, sqlx::Postgres>) {
        query.push(" WHERE w.state = 'unread'");
        let texts = [
            (
                "r.round_id",
                self.round_id.as_ref().map(ToString::to_string),
            ),
            ("r.book", self.book.as_ref().map(ToString::to_string)),
            ("r.campus", self.campus.as_ref().map(ToString::to_string)),
            ("m.building", self.building.clone()),
            ("r.reader", self.reader.as_ref().map(ToString::to_string)),
            ("r.month", self.month.map(|month| month.to_string())),
            ("w.reason", self.reason.as_ref().map(ToString::to_string)),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                query.push(format!(" AND {column} = ")).push_bind(text);
            }
        }
        if let Some(today) = self.tasks_on {
            query
                .push(
                    " AND r.closed_on IS NULL AND m.last_channel IS DISTINCT FROM 'remote' \
                      AND NOT (coalesce(m.self_read, false) AND EXISTS ( \
                          SELECT 1 FROM read_self_read_campaigns_meter c \
                          JOIN read_self_read_campaigns k USING (campaign_id) \
                          WHERE c.meter_no = w.meter_no AND k.ended_on IS NULL \
                            AND k.from_on <= ",
                )
                .push_bind(today)
                .push(" AND ")
                .push_bind(today)
                .push(" <= k.until_on))");
        }
    }
}

/// Unread meters, by round and walk unless sorted otherwise.
pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &UnreadFilter,
    page: &SortedPage<UnreadOrderBy>,
) -> Result<Slice<UnreadRow, SortKey>, sqlx::Error> {
    let sorting = page.sorting(Sort::up(UnreadOrderBy::Walk));
    let mut query = QueryBuilder::new(format!("SELECT {COLUMNS}, {} {FROM}", sorting.key()));
    filter.push(&mut query);
    sorting.push_rest(&mut query, page.after_values());
    page.read(&query.build().fetch_all(executor).await?)
}

/// How many a filter finds.
pub async fn count(
    executor: impl PgExecutor<'_>,
    filter: &UnreadFilter,
) -> Result<i64, sqlx::Error> {
    let mut query = QueryBuilder::new("SELECT count(*) ");
    query.push(FROM);
    filter.push(&mut query);
    query.build_query_scalar().fetch_one(executor).await
}

/// All that a filter finds, up to `limit`, for planning a route.
pub async fn all(
    executor: impl PgExecutor<'_>,
    filter: &UnreadFilter,
    limit: i64,
) -> Result<Vec<UnreadRow>, sqlx::Error> {
    let mut query = QueryBuilder::new(format!("SELECT {COLUMNS} {FROM}"));
    filter.push(&mut query);
    query
        .push(" ORDER BY r.round_id, w.position LIMIT ")
        .push_bind(limit);
    query.build_query_as().fetch_all(executor).await
}

pub async fn round(
    executor: impl PgExecutor<'_>,
    round_id: &RoundId,
) -> Result<Option<RoundRow>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM read_unread_meters_round WHERE round_id = $1")
        .bind(round_id.as_str())
        .fetch_optional(executor)
        .await
}

/// The meters of a round in the order of its walk, whether read or not.
pub async fn walk(
    executor: impl PgExecutor<'_>,
    round_id: &RoundId,
) -> Result<Vec<WalkStop>, sqlx::Error> {
    sqlx::query_as(
        "SELECT meter_no, position, state FROM read_unread_meters \
         WHERE round_id = $1 ORDER BY position, meter_no",
    )
    .bind(round_id.as_str())
    .fetch_all(executor)
    .await
}

/// One meter of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkStop {
    pub meter_no: MeterNo,
    pub position: i64,
    pub state: super::WalkState,
}

impl FromRow<'_, PgRow> for WalkStop {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            meter_no: field(row, "meter_no")?,
            position: row.try_get("position")?,
            state: field(row, "state")?,
        })
    }
}

/// Conflicts nobody has settled: of a round, of who read, or all of them; the oldest first.
pub async fn conflicts(
    executor: impl PgExecutor<'_>,
    round_id: Option<&RoundId>,
    read_by: Option<&Actor>,
) -> Result<Vec<ConflictRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT round_id, item_id, meter_no, index::text, read_at, photo, note, read_by, \
             existing, recorded_at, settled_by, taken_as \
         FROM read_unread_meters_conflict \
         WHERE settled_by IS NULL AND ($1::text IS NULL OR round_id = $1) \
           AND ($2::text IS NULL OR read_by = $2) \
         ORDER BY recorded_at, round_id, item_id LIMIT 500",
    )
    .bind(round_id.map(RoundId::as_str))
    .bind(read_by.map(ToString::to_string))
    .fetch_all(executor)
    .await
}

/// The centre's reasons: those it started with, changed and completed by what it has defined.
pub async fn reasons(
    executor: impl PgExecutor<'_>,
) -> Result<Vec<(ReasonCode, DelayReason)>, sqlx::Error> {
    let rows: Vec<PgRow> = sqlx::query("SELECT * FROM read_unread_meters_reason ORDER BY code")
        .fetch_all(executor)
        .await?;
    let mut reasons: Vec<(ReasonCode, DelayReason)> = DelayReasons::initial().collect();
    for row in rows {
        let code: ReasonCode = field(&row, "code")?;
        let reason = DelayReason {
            label: row.try_get("label")?,
            needs_note: row.try_get("needs_note")?,
            retired: row.try_get("retired")?,
        };
        match reasons.iter_mut().find(|(known, _)| *known == code) {
            Some((_, known)) => *known = reason,
            None => reasons.push((code, reason)),
        }
    }
    Ok(reasons)
}
