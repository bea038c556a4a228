use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::delay_reasons;
use chaobiao_domain::reading_round;
use chaobiao_domain::units::ReasonCode;
use chaobiao_projections::unread_meters::{
    ConflictRow, Figures, Share, ShareBy, UnreadRow, UnreadSummary, query,
};
use chrono::{DateTime, Utc};

use crate::meter::{Meter, meter_of, reading_of};
use crate::reading::Reading;
use crate::support::{Date, Decimal, Services, YearMonth, internal};

/// Why a meter was not read, as far as it is one of the reasons every centre starts with.
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

impl UnreadReason {
    fn of(code: &ReasonCode) -> Self {
        reading_round::UnreadReason::ALL
            .into_iter()
            .find(|reason| reason.as_str() == code.as_str())
            .map_or(Self::Other, Into::into)
    }
}

/// A reason the centre knows (未抄原因).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct DelayReason {
    code: String,
    label: String,
    /// It says too little without a note.
    needs_note: bool,
    /// No longer given, only shown.
    retired: bool,
}

impl From<(ReasonCode, delay_reasons::DelayReason)> for DelayReason {
    fn from((code, reason): (ReasonCode, delay_reasons::DelayReason)) -> Self {
        Self {
            code: code.to_string(),
            label: reason.label,
            needs_note: reason.needs_note,
            retired: reason.retired,
        }
    }
}

/// What the centre calls its reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(BTreeMap<ReasonCode, String>);

impl Labels {
    pub(crate) async fn load(ctx: &Context<'_>) -> Result<Self> {
        let pool = Services::of(ctx)?.store().pool();
        let reasons = query::reasons(pool).await;
        let reasons = reasons.map_err(|error| internal(ctx, error))?;
        Ok(Self::of(reasons))
    }

    pub(super) fn of(reasons: Vec<(ReasonCode, delay_reasons::DelayReason)>) -> Self {
        let label = |(code, reason): (ReasonCode, delay_reasons::DelayReason)| (code, reason.label);
        Self(reasons.into_iter().map(label).collect())
    }

    pub(crate) fn name(&self, code: &ReasonCode) -> String {
        self.0
            .get(code)
            .cloned()
            .unwrap_or_else(|| code.to_string())
    }
}

/// A meter of a round that has not been read.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct UnreadMeter {
    round_id: String,
    book: String,
    month: YearMonth,
    campus: String,
    due_on: Date,
    /// The login of who walks the round.
    reader: Option<String>,
    meter_no: String,
    building: String,
    room: String,
    /// Whether its customers may read it themselves.
    self_read: bool,
    /// Its place in the walk.
    position: i64,
    /// The last reason given; null while nobody has been there. Reasons of the centre's own are
    /// `OTHER` here, and themselves in `reasonCode`.
    reason: Option<UnreadReason>,
    reason_code: Option<String>,
    reason_label: Option<String>,
    note: Option<String>,
    recorded_on: Option<Date>,
    /// Such as `staff:li`.
    recorded_by: Option<String>,
    /// How often somebody was there in vain.
    visits: i64,
    /// 联系便条: what was left at the door.
    left_note: Option<String>,
}

#[ComplexObject]
impl UnreadMeter {
    /// Where it hangs, and what it showed last.
    async fn meter(&self, ctx: &Context<'_>) -> Result<Option<Meter>> {
        meter_of(ctx, &self.meter_no).await
    }
}

impl UnreadMeter {
    pub(crate) fn new(row: UnreadRow, labels: &Labels) -> Self {
        Self {
            round_id: row.round_id.to_string(),
            book: row.book.to_string(),
            month: YearMonth(row.month),
            campus: row.campus.to_string(),
            due_on: Date(row.due_on),
            reader: row.reader.map(|reader| reader.to_string()),
            meter_no: row.meter_no.to_string(),
            building: row.building,
            room: row.room,
            self_read: row.self_read,
            position: row.position,
            reason: row.reason.as_ref().map(UnreadReason::of),
            reason_label: row.reason.as_ref().map(|code| labels.name(code)),
            reason_code: row.reason.map(|code| code.to_string()),
            note: row.note,
            recorded_on: row.recorded_on.map(Date),
            recorded_by: row.recorded_by.map(|actor| actor.to_string()),
            visits: row.visits,
            left_note: row.left_note,
        }
    }
}

/// How many meters were not read for one reason.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ReasonCount {
    /// Null: nobody has been there.
    reason: Option<UnreadReason>,
    reason_code: Option<String>,
    reason_label: Option<String>,
    meters: i64,
}

fn reason_counts(figures: &Figures, labels: &Labels) -> Vec<ReasonCount> {
    figures
        .reasons
        .iter()
        .map(|(code, meters)| ReasonCount {
            reason: code.as_ref().map(UnreadReason::of),
            reason_code: code.as_ref().map(ToString::to_string),
            reason_label: code.as_ref().map(|code| labels.name(code)),
            meters: *meters,
        })
        .collect()
}

/// One book in one cycle, in figures.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct ReadingRound {
    round_id: String,
    book: String,
    month: YearMonth,
    campus: String,
    opened_on: Date,
    due_on: Date,
    closed_on: Option<Date>,
    /// The login of who walks it.
    reader: Option<String>,
    meters: i64,
    read: i64,
    /// Read, but waiting for review.
    held: i64,
    unread: i64,
    reasons: Vec<ReasonCount>,
}

impl ReadingRound {
    pub(super) fn new(summary: UnreadSummary, labels: &Labels) -> Self {
        let UnreadSummary { round, figures } = summary;
        Self {
            round_id: round.round_id.to_string(),
            book: round.book.to_string(),
            month: YearMonth(round.month),
            campus: round.campus.to_string(),
            opened_on: Date(round.opened_on),
            due_on: Date(round.due_on),
            closed_on: round.closed_on.map(Date),
            reader: round.reader.map(|reader| reader.to_string()),
            meters: figures.meters,
            read: figures.read,
            held: figures.held,
            unread: figures.unread,
            reasons: reason_counts(&figures, labels),
        }
    }
}

/// What figures are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum UnreadBy {
    Book,
    Reader,
    Building,
    Campus,
}

impl From<UnreadBy> for ShareBy {
    fn from(by: UnreadBy) -> Self {
        match by {
            UnreadBy::Book => Self::Book,
            UnreadBy::Reader => Self::Reader,
            UnreadBy::Building => Self::Building,
            UnreadBy::Campus => Self::Campus,
        }
    }
}

/// The figures of one book, reader, building or campus in a month.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct UnreadShare {
    /// Null for what nobody walks, or stands in no building.
    key: Option<String>,
    meters: i64,
    read: i64,
    held: i64,
    unread: i64,
    reasons: Vec<ReasonCount>,
}

impl UnreadShare {
    pub(super) fn new(share: Share, labels: &Labels) -> Self {
        let Share { key, figures } = share;
        Self {
            key,
            meters: figures.meters,
            read: figures.read,
            held: figures.held,
            unread: figures.unread,
            reasons: reason_counts(&figures, labels),
        }
    }
}

/// A reading that came in late from a device, beside one that was there first.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct FieldConflict {
    round_id: String,
    /// What the device called it.
    item_id: String,
    meter_no: String,
    index: Decimal,
    read_at: DateTime<Utc>,
    photo: Option<String>,
    note: Option<String>,
    read_by: String,
    #[graphql(skip)]
    existing: String,
}

#[ComplexObject]
impl FieldConflict {
    /// The reading that stands.
    async fn existing(&self, ctx: &Context<'_>) -> Result<Option<Reading>> {
        Ok(reading_of(ctx, &self.existing).await?.map(Reading))
    }
}

impl From<ConflictRow> for FieldConflict {
    fn from(row: ConflictRow) -> Self {
        Self {
            round_id: row.round_id.to_string(),
            item_id: row.item_id.to_string(),
            meter_no: row.meter_no.to_string(),
            index: row.index.into(),
            read_at: row.read_at,
            photo: row.photo.map(|photo| photo.to_string()),
            note: row.note,
            read_by: row.read_by.to_string(),
            existing: row.existing.to_string(),
        }
    }
}
