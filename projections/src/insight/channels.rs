//! How meters are read, and what it takes (R1).

use chaobiao_domain::units::{BillingMonth, CampusId};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::span;
use crate::rows::field;

/// What figures are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsBy {
    Campus,
    Book,
    Building,
}

/// The meters of one campus, book or building in one cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelStats {
    pub month: BillingMonth,
    pub key: String,
    /// On a walk of the month, or read in it without one.
    pub meters: i64,
    pub self_read: i64,
    pub remote: i64,
    /// By a reader, by eye or by handheld.
    pub on_site: i64,
    /// Taken over from elsewhere.
    pub imported: i64,
    pub unread: i64,
    /// Ways to a meter, those in vain included.
    pub visits: i64,
}

impl FromRow<'_, PgRow> for ChannelStats {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            month: field(row, "month")?,
            key: row.try_get("key")?,
            meters: row.try_get("meters")?,
            self_read: row.try_get("self_read")?,
            remote: row.try_get("remote")?,
            on_site: row.try_get("on_site")?,
            imported: row.try_get("imported")?,
            unread: row.try_get("unread")?,
            visits: row.try_get("visits")?,
        })
    }
}

/// A meter counts by the way its last reading of the month came in.
pub async fn stats(
    executor: impl PgExecutor<'_>,
    by: StatsBy,
    (from, to): (BillingMonth, BillingMonth),
    campus: Option<&CampusId>,
) -> Result<Vec<ChannelStats>, sqlx::Error> {
    let key = match by {
        StatsBy::Campus => "c.campus",
        StatsBy::Book => "c.book",
        StatsBy::Building => "c.campus || ' ' || c.building",
    };
    let statement = format!(
        "WITH came AS ( \
             SELECT to_char(read_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, meter_no, \
                 channel, read_at, reading_id \
             FROM read_reading_review \
             WHERE read_at >= $1 AND read_at < $2 AND status <> 'rejected' \
               AND channel <> 'estimate'), \
         last AS ( \
             SELECT DISTINCT ON (month, meter_no) month, meter_no, channel FROM came \
             ORDER BY month, meter_no, read_at DESC, reading_id DESC), \
         expected AS ( \
             SELECT r.month, w.meter_no FROM read_unread_meters w \
             JOIN read_unread_meters_round r USING (round_id) WHERE r.month BETWEEN $3 AND $4 \
             UNION SELECT month, meter_no FROM last), \
         ways AS ( \
             SELECT month, meter_no FROM came WHERE channel IN ('field', 'handheld', 'bluetooth') \
             UNION ALL \
             SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), meter_no \
             FROM read_session_log_entry WHERE kind = 'visit' AND at >= $1 AND at < $2), \
         visits AS (SELECT month, meter_no, count(*) AS visits FROM ways GROUP BY 1, 2) \
         SELECT e.month, {key} AS key, count(*) AS meters, \
             count(*) FILTER (WHERE l.channel = 'self_read') AS self_read, \
             count(*) FILTER (WHERE l.channel = 'remote') AS remote, \
             count(*) FILTER (WHERE l.channel IN ('field', 'handheld', 'bluetooth')) AS on_site, \
             count(*) FILTER (WHERE l.channel = 'import') AS imported, \
             count(*) FILTER (WHERE l.channel IS NULL) AS unread, \
             coalesce(sum(v.visits), 0)::bigint AS visits \
         FROM expected e JOIN read_meter_card c USING (meter_no) \
         LEFT JOIN last l USING (month, meter_no) LEFT JOIN visits v USING (month, meter_no) \
         WHERE $5::text IS NULL OR c.campus = $5 \
         GROUP BY 1, 2 ORDER BY 1, 2"
    );
    let (begin, end) = span(from, to);
    sqlx::query_as(&statement)
        .bind(begin)
        .bind(end)
        .bind(from.to_string())
        .bind(to.to_string())
        .bind(campus.map(CampusId::as_str))
        .fetch_all(executor)
        .await
}
