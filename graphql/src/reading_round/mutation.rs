use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::reading_round::{
    AssignRound, CloseReadingRound, OpenReadingRound, RecordUnreadReason, RecordVisit, RoundChanged,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, MeterNo, ReasonCode, RoundId, StaffLogin};
use chaobiao_projections::{meter_card, reading_books};
use chrono::{DateTime, Utc};

use super::query::find;
use super::types::{ReadingRound, UnreadReason};
use crate::support::{Date, Services, YearMonth, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct OpenReadingRoundInput {
    idempotency_key: String,
    book: String,
    month: YearMonth,
    campus_id: String,
    due_on: Date,
    /// In the order of the walk; left out, all meters of the book.
    meter_nos: Option<Vec<String>>,
    /// The login of who walks it.
    reader: Option<String>,
}

#[derive(InputObject)]
pub(super) struct AssignReadingRoundInput {
    idempotency_key: String,
    round_id: String,
    /// The login of who walks the rest.
    reader: String,
    reason: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RecordVisitInput {
    idempotency_key: String,
    round_id: String,
    meter_no: String,
    /// Now, when not given.
    visited_at: Option<DateTime<Utc>>,
    /// The code of a reason the centre knows.
    reason_code: String,
    note: Option<String>,
    /// 联系便条: what was left at the door, its number or its words.
    left_note: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RecordUnreadReasonInput {
    idempotency_key: String,
    round_id: String,
    meter_no: String,
    reason: UnreadReason,
    note: Option<String>,
}

#[derive(InputObject)]
pub(super) struct CloseReadingRoundInput {
    idempotency_key: String,
    round_id: String,
}

payloads!(
    reading_round: ReadingRound, |ctx, changed: RoundChanged| find(ctx, &changed.round_id);
    OpenReadingRoundPayload,
    RecordUnreadReasonPayload,
    AssignReadingRoundPayload,
    RecordVisitPayload,
    CloseReadingRoundPayload
);

fn open(
    input: &OpenReadingRoundInput,
    book: Result<BookNo, Rejection>,
    walk: Vec<MeterNo>,
) -> Result<OpenReadingRound, Rejection> {
    let meters = match &input.meter_nos {
        Some(numbers) => field("meterNos", numbers.iter().map(MeterNo::try_new).collect())?,
        None => walk,
    };
    let reader = input.reader.as_deref().map(StaffLogin::try_new).transpose();
    Ok(OpenReadingRound {
        book: book?,
        month: input.month.0,
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        meters,
        due_on: input.due_on.0,
        reader: field("reader", reader)?,
    })
}

fn visit(input: &RecordVisitInput) -> Result<RecordVisit, Rejection> {
    Ok(RecordVisit {
        round_id: field("roundId", RoundId::try_new(&input.round_id))?,
        meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
        visited_at: input.visited_at,
        reason: field("reasonCode", ReasonCode::try_new(&input.reason_code))?,
        note: input.note.clone(),
        left_note: input.left_note.clone(),
    })
}

/// The walk of a book: its own order, or as its meters were registered where it has none.
async fn meters_of(ctx: &Context<'_>, book: &BookNo) -> Result<Vec<MeterNo>> {
    let pool = Services::of(ctx)?.store().pool();
    let kept = reading_books::query::find(pool, book).await;
    if let Some(kept) = kept.map_err(|error| internal(ctx, error))? {
        return Ok(kept.state.meters);
    }
    let cards = meter_card::query::in_book(pool, book).await;
    let cards = cards.map_err(|error| internal(ctx, error))?;
    Ok(cards.into_iter().map(|card| card.meter_no).collect())
}

#[derive(Default)]
pub struct ReadingRoundMutation;

#[Object]
impl ReadingRoundMutation {
    /// Sends a reader out with a book.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn open_reading_round(
        &self,
        ctx: &Context<'_>,
        input: OpenReadingRoundInput,
    ) -> Result<OpenReadingRoundPayload> {
        let book = field("book", BookNo::try_new(&input.book));
        let walk = match &book {
            Ok(book) if input.meter_nos.is_none() => meters_of(ctx, book).await?,
            _ => Vec::new(),
        };
        let process = open(&input, book, walk);
        let ran = run(ctx, "openReadingRound", &input.idempotency_key, process).await?;
        OpenReadingRoundPayload::of(ctx, ran).await
    }

    /// The reader stood before a meter and could not read it.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn record_unread_reason(
        &self,
        ctx: &Context<'_>,
        input: RecordUnreadReasonInput,
    ) -> Result<RecordUnreadReasonPayload> {
        let round_id = field("roundId", RoundId::try_new(&input.round_id));
        let meter_no = field("meterNo", MeterNo::try_new(&input.meter_no));
        let process = round_id.and_then(|round_id| {
            Ok(RecordUnreadReason {
                round_id,
                meter_no: meter_no?,
                reason: input.reason.into(),
                note: input.note,
            })
        });
        let ran = run(ctx, "recordUnreadReason", &input.idempotency_key, process).await?;
        RecordUnreadReasonPayload::of(ctx, ran).await
    }

    /// Gives the rest of a walk to somebody else.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn assign_reading_round(
        &self,
        ctx: &Context<'_>,
        input: AssignReadingRoundInput,
    ) -> Result<AssignReadingRoundPayload> {
        let round_id = field("roundId", RoundId::try_new(&input.round_id));
        let reader = field("reader", StaffLogin::try_new(&input.reader));
        let process = round_id.and_then(|round_id| {
            Ok(AssignRound {
                round_id,
                reader: reader?,
                reason: input.reason,
            })
        });
        let ran = run(ctx, "assignReadingRound", &input.idempotency_key, process).await?;
        AssignReadingRoundPayload::of(ctx, ran).await
    }

    /// The reader was there and could not read the meter; perhaps a note was left.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn record_visit(
        &self,
        ctx: &Context<'_>,
        input: RecordVisitInput,
    ) -> Result<RecordVisitPayload> {
        let process = visit(&input);
        let ran = run(ctx, "recordVisit", &input.idempotency_key, process).await?;
        RecordVisitPayload::of(ctx, ran).await
    }

    /// Ends a round; what is unread stays on the list of its month.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn close_reading_round(
        &self,
        ctx: &Context<'_>,
        input: CloseReadingRoundInput,
    ) -> Result<CloseReadingRoundPayload> {
        let round_id = field("roundId", RoundId::try_new(&input.round_id));
        let process = round_id.map(|round_id| CloseReadingRound { round_id });
        let ran = run(ctx, "closeReadingRound", &input.idempotency_key, process).await?;
        CloseReadingRoundPayload::of(ctx, ran).await
    }
}
