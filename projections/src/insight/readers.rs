//! What readers did in a month (R6).

use chaobiao_domain::units::{BillingMonth, StaffLogin};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgExecutor, Row};

use super::span;
use crate::rows::field;

/// One reader's month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderFigures {
    pub reader: StaffLogin,
    /// Meters of the walks given to the reader.
    pub assigned: i64,
    /// Of these, read by anybody.
    pub read: i64,
    /// Of these, read by the day they were due.
    pub on_time: i64,
    /// Readings the reader sent in.
    pub readings: i64,
    /// Of these, such as came after another of the same meter in the month.
    pub re_read: i64,
    pub with_photo: i64,
    /// Such as a rule found something in.
    pub anomalies: i64,
    pub rejected: i64,
    pub corrected: i64,
    /// Ways in vain.
    pub visits: i64,
}

impl FromRow<'_, PgRow> for ReaderFigures {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            reader: field(row, "reader")?,
            assigned: row.try_get("assigned")?,
            read: row.try_get("read")?,
            on_time: row.try_get("on_time")?,
            readings: row.try_get("readings")?,
            re_read: row.try_get("re_read")?,
            with_photo: row.try_get("with_photo")?,
            anomalies: row.try_get("anomalies")?,
            rejected: row.try_get("rejected")?,
            corrected: row.try_get("corrected")?,
            visits: row.try_get("visits")?,
        })
    }
}

pub async fn figures(
    executor: impl PgExecutor<'_>,
    month: BillingMonth,
    reader: Option<&StaffLogin>,
) -> Result<Vec<ReaderFigures>, sqlx::Error> {
    let (begin, end) = span(month, month);
    sqlx::query_as(
        "WITH walks AS ( \
             SELECT r.reader, count(*) AS assigned, \
                 count(*) FILTER (WHERE w.state <> 'unread') AS read, \
                 count(*) FILTER (WHERE w.state <> 'unread' \
                     AND (v.read_at AT TIME ZONE 'Asia/Shanghai')::date <= r.due_on) AS on_time \
             FROM read_unread_meters w JOIN read_unread_meters_round r USING (round_id) \
             LEFT JOIN read_reading_review v USING (reading_id) \
             WHERE r.month = $1 AND r.reader IS NOT NULL GROUP BY r.reader), \
         sent AS ( \
             SELECT substr(submitted_by, 7) AS reader, count(*) AS readings, \
                 count(*) - count(DISTINCT meter_no) AS re_read, count(photo) AS with_photo, \
                 count(*) FILTER (WHERE findings <> '[]') AS anomalies, \
                 count(*) FILTER (WHERE status = 'rejected') AS rejected, \
                 count(*) FILTER (WHERE status = 'corrected') AS corrected \
             FROM read_reading_review \
             WHERE read_at >= $2 AND read_at < $3 AND submitted_by LIKE 'staff:%' \
               AND channel IN ('field', 'handheld', 'bluetooth') GROUP BY 1), \
         ways AS ( \
             SELECT reader, count(*) AS visits FROM read_session_log_entry \
             WHERE kind = 'visit' AND at >= $2 AND at < $3 GROUP BY 1) \
         SELECT reader, coalesce(assigned, 0) AS assigned, coalesce(read, 0) AS read, \
             coalesce(on_time, 0) AS on_time, coalesce(readings, 0) AS readings, \
             coalesce(re_read, 0) AS re_read, coalesce(with_photo, 0) AS with_photo, \
             coalesce(anomalies, 0) AS anomalies, coalesce(rejected, 0) AS rejected, \
             coalesce(corrected, 0) AS corrected, coalesce(visits, 0) AS visits \
         FROM walks FULL JOIN sent USING (reader) FULL JOIN ways USING (reader) \
         WHERE $4::text IS NULL OR reader = $4 ORDER BY reader",
    )
    .bind(month.to_string())
    .bind(begin)
    .bind(end)
    .bind(reader.map(StaffLogin::as_str))
    .fetch_all(executor)
    .await
}
