use chaobiao_decision::Actor;
use chaobiao_domain::reading_book::{
    BookOpened, ReadingBookEvent, ReadingCycle, RoundStarted, Schedule, SubstituteNamed,
};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;

#[tokio::test]
async fn a_book_is_shown_as_it_stands() {
    let stream = ("reading_book", "B1");
    let schedule = Schedule {
        cycle: ReadingCycle::Month,
        first_on: "2026-02-01".parse().unwrap(),
        due_days: 10,
    };
    let meters = |numbers: &[&str]| numbers.iter().map(|no| no.parse().unwrap()).collect();
    let events = [
        ReadingBookEvent::Opened(BookOpened {
            book: "B1".parse().unwrap(),
            name: "紫荆 1-3 号楼".to_owned(),
            campus: "N".parse().unwrap(),
            meters: meters(&["M1", "M2"]),
            schedule,
            next_on: "2026-02-01".parse().unwrap(),
            reader: Some("li".parse().unwrap()),
            opened_on: "2026-01-20".parse().unwrap(),
        }),
        ReadingBookEvent::Ordered {
            meters: meters(&["M2", "M1"]),
            ordered_by: Actor::Staff("li".to_owned()),
        },
        ReadingBookEvent::SubstituteNamed(SubstituteNamed {
            reader: "zhao".parse().unwrap(),
            from: "2026-02-01".parse().unwrap(),
            until: "2026-02-03".parse().unwrap(),
            reason: None,
        }),
        ReadingBookEvent::RoundStarted(RoundStarted {
            round_id: "B1-202602".parse().unwrap(),
            starts_on: "2026-02-01".parse().unwrap(),
            next_on: "2026-03-01".parse().unwrap(),
        }),
    ];
    let mut log = Log::default();
    for event in &events {
        log.record(stream, "2026-02-01 08:00", event);
    }
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ReadingBooksProjector, &pool).await;
    let book = query::find(&pool, &"B1".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(book.state.meters[0].as_str(), "M2");
    assert_eq!(book.state.next_on.to_string(), "2026-03-01");
    let reader = |day: &str| book.reader_on(day.parse().unwrap()).unwrap().to_string();
    assert_eq!([reader("2026-02-03"), reader("2026-02-04")], ["zhao", "li"]);

    let mut log = Log::default();
    for event in &events {
        log.record(stream, "2026-02-01 08:00", event);
    }
    let closed = ReadingBookEvent::Closed {
        closed_on: "2026-02-04".parse().unwrap(),
    };
    log.record(stream, "2026-02-04 08:00", &closed);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ReadingBooksProjector, &pool).await;
    assert!(query::list(&pool, None).await.unwrap().is_empty());
}
