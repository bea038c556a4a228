use chaobiao_domain::collection_round::VisitOutcome;
use chaobiao_domain::units::{
    AccountNo, CampusId, CollectionRoundId, Fen, PaymentId, StaffLogin, ValueError,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::{PLACE, WALK};
use crate::paging::{Page, Slice};
use crate::rows::{fen, field};

/// A round with its figures. Whoever did something is written as [`chaobiao_decision::Actor`] writes
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionRoundRow {
    pub round_id: CollectionRoundId,
    pub campus: CampusId,
    pub day: NaiveDate,
    pub cashier: StaffLogin,
    pub note: Option<String>,
    pub planned_by: String,
    pub planned_at: DateTime<Utc>,
    /// `planned`, `finished` or `cancelled`.
    pub state: String,
    pub ended_by: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_reason: Option<String>,
    pub accounts: i64,
    pub visited: i64,
    /// With a payment that stands.
    pub paid: i64,
    /// What those payments were for these accounts.
    pub collected: Fen,
}

impl FromRow<'_, PgRow> for CollectionRoundRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            round_id: field(row, "round_id")?,
            campus: field(row, "campus")?,
            day: row.try_get("day")?,
            cashier: field(row, "cashier")?,
            note: row.try_get("note")?,
            planned_by: row.try_get("planned_by")?,
            planned_at: row.try_get("planned_at")?,
            state: row.try_get("state")?,
            ended_by: row.try_get("ended_by")?,
            ended_at: row.try_get("ended_at")?,
            ended_reason: row.try_get("ended_reason")?,
            accounts: row.try_get("accounts")?,
            visited: row.try_get("visited")?,
            paid: row.try_get("paid")?,
            collected: fen(row, "collected")?,
        })
    }
}

/// What an account has paid on a round, by the payments themselves: what was undone since is not
/// paid, and a deposit pays nothing.
const COLLECTED: &str = "SELECT sum(r.amount)::bigint AS amount \
     FROM read_collection_rounds_payment p \
     JOIN read_payments y ON y.payment_id = p.payment_id AND y.reversed_at IS NULL \
     JOIN read_payments_row r ON r.payment_id = p.payment_id AND r.account_no = p.account_no \
     WHERE p.round_id = a.round_id AND p.account_no = a.account_no \
       AND r.kind IN ('paid', 'credit') AND NOT EXISTS (SELECT FROM read_payments_row o \
           WHERE o.leaf_index = r.leaf_index AND o.kind = 'reversed')";

fn rounds(rest: &str) -> String {
    format!(
        "SELECT r.*, f.* FROM read_collection_rounds r CROSS JOIN LATERAL ( \
             SELECT count(*) AS accounts, count(a.outcome) AS visited, \
                 count(c.amount) AS paid, coalesce(sum(c.amount), 0)::bigint AS collected \
             FROM read_collection_rounds_account a CROSS JOIN LATERAL ({COLLECTED}) c \
             WHERE a.round_id = r.round_id) f {rest}"
    )
}

/// Which rounds a list shows.
#[derive(Clone, Debug, Default)]
pub struct RoundFilter {
    pub campus: Option<CampusId>,
    pub cashier: Option<StaffLogin>,
    pub state: Option<&'static str>,
}

/// Lists go from the latest day back.
pub type RoundKey = (NaiveDate, String);

pub async fn list(
    executor: impl PgExecutor<'_>,
    filter: &RoundFilter,
    page: &Page<RoundKey>,
) -> Result<Slice<CollectionRoundRow, RoundKey>, sqlx::Error> {
    let (after, after_id) = page.after.clone().unzip();
    let statement = rounds(
        "WHERE ($1::text IS NULL OR campus = $1) AND ($2::text IS NULL OR cashier = $2) \
         AND ($3::text IS NULL OR state = $3) \
         AND ($4::date IS NULL OR (day, round_id) < ($4, $5)) \
         ORDER BY day DESC, round_id DESC LIMIT $6",
    );
    let rows: Vec<CollectionRoundRow> = sqlx::query_as(&statement)
        .bind(filter.campus.as_ref().map(CampusId::as_str))
        .bind(filter.cashier.as_ref().map(StaffLogin::as_str))
        .bind(filter.state)
        .bind(after)
        .bind(after_id)
        .bind(page.limit())
        .fetch_all(executor)
        .await?;
    Ok(page.slice(rows, |row| (row.day, row.round_id.to_string())))
}

pub async fn by_id(
    executor: impl PgExecutor<'_>,
    round_id: &CollectionRoundId,
) -> Result<Option<CollectionRoundRow>, sqlx::Error> {
    sqlx::query_as(&rounds("WHERE round_id = $1"))
        .bind(round_id.as_str())
        .fetch_optional(executor)
        .await
}

/// An account on a round's list, with the last that came of its visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorRow {
    pub account_no: AccountNo,
    /// None where the account has no meter now.
    pub building: Option<String>,
    pub room: Option<String>,
    pub visits: i32,
    pub outcome: Option<VisitOutcome>,
    pub promised_on: Option<NaiveDate>,
    pub left_note: Option<String>,
    pub note: Option<String>,
    pub visited_at: Option<DateTime<Utc>>,
    pub payments: Vec<PaymentId>,
    pub collected: Option<Fen>,
}

impl FromRow<'_, PgRow> for DoorRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let payments: Vec<String> = row.try_get("payments")?;
        let payments: Result<Vec<PaymentId>, ValueError> =
            payments.iter().map(PaymentId::try_new).collect();
        Ok(Self {
            account_no: field(row, "account_no")?,
            building: row.try_get("building")?,
            room: row.try_get("room")?,
            visits: row.try_get("visits")?,
            outcome: field(row, "outcome")?,
            promised_on: row.try_get("promised_on")?,
            left_note: row.try_get("left_note")?,
            note: row.try_get("note")?,
            visited_at: row.try_get("visited_at")?,
            payments: payments.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            collected: row.try_get::<Option<i64>, _>("amount")?.map(Fen::new),
        })
    }
}

/// The list of a round, in the order somebody walks it.
pub async fn doors(
    executor: impl PgExecutor<'_>,
    round_id: &CollectionRoundId,
) -> Result<Vec<DoorRow>, sqlx::Error> {
    sqlx::query_as(&format!(
        "SELECT a.*, p.building, p.room, c.amount, ARRAY( \
             SELECT y.payment_id FROM read_collection_rounds_payment y \
             WHERE y.round_id = a.round_id AND y.account_no = a.account_no \
             ORDER BY y.payment_id) AS payments \
         FROM read_collection_rounds_account a CROSS JOIN LATERAL ({COLLECTED}) c \
         LEFT JOIN ({PLACE} WHERE m.account_no IN (SELECT account_no \
             FROM read_collection_rounds_account WHERE round_id = $1) \
             ORDER BY m.account_no, c.building, 4, c.meter_no) p USING (account_no) \
         WHERE a.round_id = $1 ORDER BY {WALK}"
    ))
    .bind(round_id.as_str())
    .fetch_all(executor)
    .await
}
