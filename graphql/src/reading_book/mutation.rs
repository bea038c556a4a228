use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::reading_book::{
    AssignReader, BookChanged, CloseReadingBook, NameSubstitute, OpenReadingBook, OrderBook,
    Schedule, ScheduleBook, SetBookMeters, StartRound,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, MeterNo, StaffLogin};
use chaobiao_projections::meter_card;

use super::query::find;
use super::types::{ReadingBook, ReadingCycle};
use crate::support::{Date, Services, field, internal, may, payloads, run};

#[derive(InputObject)]
pub(super) struct OpenReadingBookInput {
    idempotency_key: String,
    book: String,
    name: String,
    campus_id: String,
    /// In the order of the walk; left out, all meters registered for the book.
    meter_nos: Option<Vec<String>>,
    cycle: ReadingCycle,
    /// The first walk; later ones follow from it by the cycle.
    first_on: Date,
    /// Days from the start of a walk to the day it is due.
    due_days: u32,
    /// The login of who reads it.
    reader: Option<String>,
}

#[derive(InputObject)]
pub(super) struct SetBookMetersInput {
    idempotency_key: String,
    book: String,
    meter_nos: Vec<String>,
}

#[derive(InputObject)]
pub(super) struct OrderReadingBookInput {
    idempotency_key: String,
    book: String,
    /// All meters of the book.
    meter_nos: Vec<String>,
}

#[derive(InputObject)]
pub(super) struct ScheduleReadingBookInput {
    idempotency_key: String,
    book: String,
    cycle: ReadingCycle,
    first_on: Date,
    due_days: u32,
}

#[derive(InputObject)]
pub(super) struct AssignBookReaderInput {
    idempotency_key: String,
    book: String,
    reader: String,
    /// Today, when not given.
    from: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct NameSubstituteReaderInput {
    idempotency_key: String,
    book: String,
    reader: String,
    from: Date,
    /// The last day.
    until: Date,
    reason: Option<String>,
}

#[derive(InputObject)]
pub(super) struct StartReadingRoundInput {
    idempotency_key: String,
    book: String,
}

#[derive(InputObject)]
pub(super) struct CloseReadingBookInput {
    idempotency_key: String,
    book: String,
}

payloads!(
    reading_book: ReadingBook, |ctx, changed: BookChanged| find(ctx, &changed.book);
    OpenReadingBookPayload,
    SetBookMetersPayload,
    OrderReadingBookPayload,
    ScheduleReadingBookPayload,
    AssignBookReaderPayload,
    NameSubstituteReaderPayload,
    StartReadingRoundPayload,
    CloseReadingBookPayload
);

fn book_no(text: &str) -> Result<BookNo, Rejection> {
    field("book", BookNo::try_new(text))
}

fn meters(numbers: &[String]) -> Result<Vec<MeterNo>, Rejection> {
    field("meterNos", numbers.iter().map(MeterNo::try_new).collect())
}

fn login(text: &str) -> Result<StaffLogin, Rejection> {
    field("reader", StaffLogin::try_new(text))
}

fn open(input: &OpenReadingBookInput, walk: Vec<MeterNo>) -> Result<OpenReadingBook, Rejection> {
    Ok(OpenReadingBook {
        book: book_no(&input.book)?,
        name: input.name.clone(),
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        meters: match &input.meter_nos {
            Some(numbers) => meters(numbers)?,
            None => walk,
        },
        schedule: Schedule {
            cycle: input.cycle.into(),
            first_on: input.first_on.0,
            due_days: input.due_days,
        },
        reader: input.reader.as_deref().map(login).transpose()?,
    })
}

#[derive(Default)]
pub struct ReadingBookMutation;

#[Object]
impl ReadingBookMutation {
    /// Makes a book of meters; its rounds follow by themselves.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn open_reading_book(
        &self,
        ctx: &Context<'_>,
        input: OpenReadingBookInput,
    ) -> Result<OpenReadingBookPayload> {
        let registered = match book_no(&input.book) {
            Ok(book) if input.meter_nos.is_none() => {
                let pool = Services::of(ctx)?.store().pool();
                let cards = meter_card::query::in_book(pool, &book).await;
                cards.map_err(|error| internal(ctx, error))?
            }
            _ => Vec::new(),
        };
        let walk = registered.into_iter().map(|card| card.meter_no).collect();
        let process = open(&input, walk);
        let ran = run(ctx, "openReadingBook", &input.idempotency_key, process).await?;
        OpenReadingBookPayload::of(ctx, ran).await
    }

    /// Says anew which meters a book holds; rounds under way stay as they are.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn set_book_meters(
        &self,
        ctx: &Context<'_>,
        input: SetBookMetersInput,
    ) -> Result<SetBookMetersPayload> {
        let process = book_no(&input.book).and_then(|book| {
            let meters = meters(&input.meter_nos)?;
            Ok(SetBookMeters { book, meters })
        });
        let ran = run(ctx, "setBookMeters", &input.idempotency_key, process).await?;
        SetBookMetersPayload::of(ctx, ran).await
    }

    /// The reader's own order of the walk, for the round under way as well.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn order_reading_book(
        &self,
        ctx: &Context<'_>,
        input: OrderReadingBookInput,
    ) -> Result<OrderReadingBookPayload> {
        let process = book_no(&input.book).and_then(|book| {
            let meters = meters(&input.meter_nos)?;
            Ok(OrderBook { book, meters })
        });
        let ran = run(ctx, "orderReadingBook", &input.idempotency_key, process).await?;
        OrderReadingBookPayload::of(ctx, ran).await
    }

    /// Changes how often a book is read, and how long that may take.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn schedule_reading_book(
        &self,
        ctx: &Context<'_>,
        input: ScheduleReadingBookInput,
    ) -> Result<ScheduleReadingBookPayload> {
        let process = book_no(&input.book).map(|book| ScheduleBook {
            book,
            schedule: Schedule {
                cycle: input.cycle.into(),
                first_on: input.first_on.0,
                due_days: input.due_days,
            },
        });
        let ran = run(ctx, "scheduleReadingBook", &input.idempotency_key, process).await?;
        ScheduleReadingBookPayload::of(ctx, ran).await
    }

    /// Gives a book to a reader; the round under way goes along once the day has come.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn assign_book_reader(
        &self,
        ctx: &Context<'_>,
        input: AssignBookReaderInput,
    ) -> Result<AssignBookReaderPayload> {
        let process = book_no(&input.book).and_then(|book| {
            Ok(AssignReader {
                book,
                reader: login(&input.reader)?,
                from: input.from.map(|from| from.0),
            })
        });
        let ran = run(ctx, "assignBookReader", &input.idempotency_key, process).await?;
        AssignBookReaderPayload::of(ctx, ran).await
    }

    /// Somebody reads a book for some days in the place of its reader.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn name_substitute_reader(
        &self,
        ctx: &Context<'_>,
        input: NameSubstituteReaderInput,
    ) -> Result<NameSubstituteReaderPayload> {
        let process = book_no(&input.book).and_then(|book| {
            Ok(NameSubstitute {
                book,
                reader: login(&input.reader)?,
                from: input.from.0,
                until: input.until.0,
                reason: input.reason,
            })
        });
        let ran = run(ctx, "nameSubstituteReader", &input.idempotency_key, process).await?;
        NameSubstituteReaderPayload::of(ctx, ran).await
    }

    /// Starts the walk that is due now, without waiting for the clock to do it.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn start_reading_round(
        &self,
        ctx: &Context<'_>,
        input: StartReadingRoundInput,
    ) -> Result<StartReadingRoundPayload> {
        let process = book_no(&input.book).map(|book| StartRound {
            book,
            starts_on: None,
        });
        let ran = run(ctx, "startReadingRound", &input.idempotency_key, process).await?;
        StartReadingRoundPayload::of(ctx, ran).await
    }

    /// Takes a book out of use; its rounds stay.
    #[graphql(guard = "may(Permission::ManageRounds)")]
    async fn close_reading_book(
        &self,
        ctx: &Context<'_>,
        input: CloseReadingBookInput,
    ) -> Result<CloseReadingBookPayload> {
        let process = book_no(&input.book).map(|book| CloseReadingBook { book });
        let ran = run(ctx, "closeReadingBook", &input.idempotency_key, process).await?;
        CloseReadingBookPayload::of(ctx, ran).await
    }
}
