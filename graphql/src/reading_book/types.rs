use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use chaobiao_domain::reading_book;
use chaobiao_projections::reading_books::BookRow;

use crate::meter::{Meter, meter_of};
use crate::reading_round::{ReadingRound, find};
use crate::support::Date;

/// How often a book is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reading_book::ReadingCycle")]
pub(super) enum ReadingCycle {
    /// 半月
    HalfMonth,
    /// 每月
    Month,
    /// 双月
    TwoMonths,
    /// 季度
    Quarter,
    /// 半年
    HalfYear,
    /// 一年
    Year,
}

/// A reading book (抄表册).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(super) struct ReadingBook {
    book: String,
    name: String,
    campus: String,
    cycle: ReadingCycle,
    first_on: Date,
    /// Days from the start of a walk to the day it is due.
    due_days: u32,
    /// When the next walk starts.
    next_on: Date,
    /// The login of who reads it today: a substitute goes before the book's own reader.
    reader: Option<String>,
    closed_on: Option<Date>,
    /// In the order of the walk.
    meter_nos: Vec<String>,
    #[graphql(skip)]
    round: Option<chaobiao_domain::units::RoundId>,
}

#[ComplexObject]
impl ReadingBook {
    async fn meter_count(&self) -> i32 {
        i32::try_from(self.meter_nos.len()).unwrap_or(i32::MAX)
    }

    /// The last walk that was started.
    async fn last_round(&self, ctx: &Context<'_>) -> Result<Option<ReadingRound>> {
        match &self.round {
            Some(round) => find(ctx, round).await,
            None => Ok(None),
        }
    }

    /// Its meters in the order of the walk, as their cards show them.
    #[graphql(complexity = "1 + 100 * child_complexity")]
    async fn meters(&self, ctx: &Context<'_>) -> Result<Vec<Meter>> {
        let cards = futures::future::try_join_all(
            self.meter_nos
                .iter()
                .map(|meter_no| meter_of(ctx, meter_no)),
        );
        Ok(cards.await?.into_iter().flatten().collect())
    }
}

impl ReadingBook {
    pub(super) fn new(row: BookRow, today: chrono::NaiveDate) -> Self {
        let reader = row.reader_on(today).map(ToString::to_string);
        Self {
            reader,
            book: row.book.to_string(),
            name: row.name,
            campus: row.campus.to_string(),
            cycle: row.state.schedule.cycle.into(),
            first_on: Date(row.state.schedule.first_on),
            due_days: row.state.schedule.due_days,
            next_on: Date(row.state.next_on),
            closed_on: row.closed_on.map(Date),
            meter_nos: row.state.meters.iter().map(ToString::to_string).collect(),
            round: row.state.round,
        }
    }
}
