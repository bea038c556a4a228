use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::reading_round;
use chaobiao_projections::unread_meters::{RoundRow, UnreadRow, UnreadSummary};

use crate::meter::{Meter, card_of};
use crate::support::{Date, YearMonth};

/// Why a meter was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reading_round::UnreadReason")]
pub(super) enum UnreadReason {
    /// 门锁
    DoorLocked,
    /// 水淹
    Flooded,
    /// 无人
    NoOneHome,
    /// 表坏
    MeterBroken,
    /// 其他
    Other,
}

/// A meter of a round that has not been read.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct UnreadMeter {
    round_id: String,
    book: String,
    month: YearMonth,
    campus: String,
    due_on: Date,
    meter_no: String,
    /// Its place in the walk.
    position: i64,
    /// The last reason given; null while nobody has been there.
    reason: Option<UnreadReason>,
    note: Option<String>,
    recorded_on: Option<Date>,
    /// Such as `staff:li`.
    recorded_by: Option<String>,
}

#[ComplexObject]
impl UnreadMeter {
    /// Where it hangs, and what it showed last.
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        Ok(card_of(ctx, &self.meter_no).await?.map(Meter))
    }
}

impl From<UnreadRow> for UnreadMeter {
    fn from(row: UnreadRow) -> Self {
        Self {
            round_id: row.round_id.to_string(),
            book: row.book.to_string(),
            month: YearMonth(row.month),
            campus: row.campus.to_string(),
            due_on: Date(row.due_on),
            meter_no: row.meter_no.to_string(),
            position: row.position,
            reason: row.reason.map(Into::into),
            note: row.note,
            recorded_on: row.recorded_on.map(Date),
            recorded_by: row.recorded_by.map(|actor| actor.to_string()),
        }
    }
}

/// How many meters were not read for one reason.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ReasonCount {
    /// Null: nobody has been there.
    reason: Option<UnreadReason>,
    meters: i64,
}

/// One book in one month, in figures.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ReadingRound {
    round_id: String,
    book: String,
    month: YearMonth,
    campus: String,
    opened_on: Date,
    due_on: Date,
    closed_on: Option<Date>,
    meters: i64,
    read: i64,
    /// Read, but waiting for review.
    held: i64,
    unread: i64,
    reasons: Vec<ReasonCount>,
}

impl From<UnreadSummary> for ReadingRound {
    fn from(summary: UnreadSummary) -> Self {
        let RoundRow {
            round_id,
            book,
            month,
            campus,
            opened_on,
            due_on,
            closed_on,
        } = summary.round;
        let reason = |(reason, meters): (Option<reading_round::UnreadReason>, i64)| ReasonCount {
            reason: reason.map(Into::into),
            meters,
        };
        Self {
            round_id: round_id.to_string(),
            book: book.to_string(),
            month: YearMonth(month),
            campus: campus.to_string(),
            opened_on: Date(opened_on),
            due_on: Date(due_on),
            closed_on: closed_on.map(Date),
            meters: summary.meters,
            read: summary.read,
            held: summary.held,
            unread: summary.unread,
            reasons: summary.reasons.into_iter().map(reason).collect(),
        }
    }
}
