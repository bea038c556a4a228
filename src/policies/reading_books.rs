//! Every cycle a book sends its reader out (R18).

use chaobiao_domain::reading_book::{ReadingBookEvent, StartRound};
use chaobiao_domain::units::{BookNo, start_of_business_day};
use chaobiao_eventstore::{Policy, PolicyError, Reaction, RecordedEvent};
use chrono::NaiveDate;

pub(super) struct ReadingBooks;

impl Policy for ReadingBooks {
    fn name(&self) -> &'static str {
        "reading_books"
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["reading_book"]
    }

    fn react(&self, event: &RecordedEvent) -> Result<Vec<Reaction>, PolicyError> {
        let book = BookNo::try_new(&event.stream.aggregate_id)
            .map_err(|error| PolicyError::Invalid(error.to_string()))?;
        Ok(match event.decode()? {
            ReadingBookEvent::Opened(opened) => planned(book, opened.next_on),
            ReadingBookEvent::ScheduleSet(set) => planned(book, set.next_on),
            ReadingBookEvent::RoundStarted(started) => planned(book, started.next_on),
            ReadingBookEvent::Closed { .. } => vec![withdraw(&book)],
            ReadingBookEvent::MetersSet { .. }
            | ReadingBookEvent::Ordered { .. }
            | ReadingBookEvent::ReaderAssigned(_)
            | ReadingBookEvent::SubstituteNamed(_) => Vec::new(),
        })
    }
}

fn withdraw(book: &BookNo) -> Reaction {
    Reaction::Withdraw {
        subject: format!("book/{book}"),
    }
}

/// The next start, in the place of whatever was planned before.
fn planned(book: BookNo, next_on: NaiveDate) -> Vec<Reaction> {
    vec![
        withdraw(&book),
        Reaction::Due {
            at: start_of_business_day(next_on),
            subject: format!("book/{book}"),
            process: Box::new(StartRound {
                book,
                starts_on: Some(next_on),
            }),
            label: "start".to_owned(),
        },
    ]
}
