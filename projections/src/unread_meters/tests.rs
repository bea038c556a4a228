use chaobiao_decision::Actor;
use chaobiao_domain::meter::{MeterEvent, ReadingRejected};
use chaobiao_domain::reading_round::{
    ReadingRoundEvent, RoundClosed, RoundOpened, UnreadReason, UnreadReasonRecorded,
};
use chaobiao_testing::TestDatabase;
use sqlx::PgPool;

use super::*;
use crate::fixture::{Log, meters};
use crate::paging::Page;

const FEBRUARY: (&str, &str) = ("reading_round", "B1-202602");

fn opened(round: &str, month: &str, numbers: &[&str]) -> ReadingRoundEvent {
    ReadingRoundEvent::Opened(RoundOpened {
        round_id: round.parse().unwrap(),
        book: "B1".parse().unwrap(),
        month: month.parse().unwrap(),
        campus: "N".parse().unwrap(),
        meters: numbers
            .iter()
            .map(|number| number.parse().unwrap())
            .collect(),
        opened_on: format!("{month}-01").parse().unwrap(),
        due_on: format!("{month}-20").parse().unwrap(),
        reader: Some("li".parse().unwrap()),
    })
}

fn reason(meter_no: &str, reason: UnreadReason) -> ReadingRoundEvent {
    ReadingRoundEvent::UnreadReasonRecorded(UnreadReasonRecorded {
        meter_no: meter_no.parse().unwrap(),
        reason,
        note: None,
        recorded_on: "2026-02-03".parse().unwrap(),
        recorded_by: Actor::Staff("li".to_owned()),
    })
}

/// Five meters on a walk: M1 read, M2 held, M3 behind a locked door, M4 rejected, M5 untouched.
fn log() -> Log {
    let mut log = Log::default();
    let day = "2026-02-03 09:00";
    let walk = opened("B1-202602", "2026-02", &["M5", "M4", "M3", "M2", "M1"]);
    log.record(FEBRUARY, "2026-02-01 09:00", &walk);
    for (meter, id) in [("M1", "R1"), ("M2", "R2"), ("M4", "R4")] {
        log.record(("meter", meter), day, &meters::submitted(id, "130", day));
        let verdict = if id == "R1" {
            MeterEvent::ReadingAccepted(meters::accepted(id, "130", day, ("30", "30")))
        } else {
            MeterEvent::ReadingHeld(meters::held(id, "130", day))
        };
        log.record(("meter", meter), day, &verdict);
    }
    let rejected = MeterEvent::ReadingRejected(ReadingRejected {
        reading_id: "R4".parse().unwrap(),
        reason: "照片不清".to_owned(),
        rejected_by: Actor::Staff("wang".to_owned()),
    });
    log.record(FEBRUARY, day, &reason("M3", UnreadReason::NoOneHome))
        .record(FEBRUARY, day, &reason("M3", UnreadReason::DoorLocked))
        .record(("meter", "M4"), "2026-02-04 09:00", &rejected);
    log
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    log.project_both_ways(&UnreadMetersProjector, &database.pool())
        .await;
    database
}

async fn unread(pool: &PgPool, filter: &UnreadFilter) -> Vec<String> {
    let slice = query::list(pool, filter, &Page::first(10)).await.unwrap();
    assert_eq!(
        query::count(pool, filter).await.unwrap(),
        i64::try_from(slice.rows.len()).unwrap()
    );
    slice
        .rows
        .into_iter()
        .map(|(_, row)| row.meter_no.to_string())
        .collect()
}

#[tokio::test]
async fn r79_what_is_left_of_a_walk_with_reasons_and_counts() {
    let database = projected(&log()).await;
    let pool = database.pool();
    assert_eq!(
        unread(&pool, &UnreadFilter::default()).await,
        ["M5", "M4", "M3"]
    );
    let locked = UnreadFilter {
        reason: Some("door_locked".parse().unwrap()),
        ..UnreadFilter::default()
    };
    assert_eq!(unread(&pool, &locked).await, ["M3"]);
    let other_month = UnreadFilter {
        month: Some("2026-03".parse().unwrap()),
        ..UnreadFilter::default()
    };
    assert_eq!(unread(&pool, &other_month).await, Vec::<String>::new());

    let month = Some("2026-02".parse().unwrap());
    let summaries = tally::summary(&pool, month, None, None).await.unwrap();
    let [UnreadSummary { figures, .. }] = summaries.as_slice() else {
        panic!("one round: {summaries:?}")
    };
    assert_eq!(
        (figures.meters, figures.read, figures.held, figures.unread),
        (5, 1, 1, 3)
    );
    assert_eq!(
        figures.reasons,
        [(None, 2), (Some("door_locked".parse().unwrap()), 1)]
    );
}

#[tokio::test]
async fn pages_follow_the_walk() {
    let database = projected(&log()).await;
    let pool = database.pool();
    let mut page = Page::first(2);
    let first = query::list(&pool, &UnreadFilter::default(), &page)
        .await
        .unwrap();
    assert!(first.has_next);
    page.after = first.rows.last().map(|(key, _)| key.clone());
    let second = query::list(&pool, &UnreadFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(second.rows[0].1.meter_no.as_str(), "M3");
}

#[tokio::test]
async fn a_reading_counts_for_the_rounds_that_were_open() {
    let mut log = log();
    let closed = ReadingRoundEvent::Closed(RoundClosed {
        closed_on: "2026-02-28".parse().unwrap(),
    });
    log.record(FEBRUARY, "2026-02-28 18:00", &closed);
    let march = opened("B1-202603", "2026-03", &["M5", "M2"]);
    log.record(("reading_round", "B1-202603"), "2026-03-01 09:00", &march);
    let day = "2026-03-05 09:00";
    log.record(("meter", "M5"), day, &meters::submitted("R5", "160", day));
    let accepted = meters::accepted("R5", "160", day, ("60", "60"));
    log.record(("meter", "M5"), day, &MeterEvent::ReadingAccepted(accepted));
    // The reading held in February is accepted in March: it was February's.
    let accepted = meters::accepted("R2", "130", "2026-02-03 09:00", ("30", "30"));
    log.record(("meter", "M2"), day, &MeterEvent::ReadingAccepted(accepted));
    let database = projected(&log).await;
    let pool = database.pool();
    let of = |round: &str| UnreadFilter {
        round_id: Some(round.parse().unwrap()),
        ..UnreadFilter::default()
    };
    assert_eq!(unread(&pool, &of("B1-202602")).await, ["M5", "M4", "M3"]);
    assert_eq!(unread(&pool, &of("B1-202603")).await, ["M2"]);
    let february = "B1-202602".parse().unwrap();
    let summary = tally::summary(&pool, None, None, Some(&february))
        .await
        .unwrap()
        .remove(0);
    assert_eq!((summary.figures.read, summary.figures.held), (2, 0));
    assert_eq!(summary.round.closed_on, Some("2026-02-28".parse().unwrap()));
}
