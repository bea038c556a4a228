use chaobiao_decision::Actor;
use chaobiao_domain::reading_round::{ReadingRoundEvent, VisitRecorded};
use chaobiao_domain::reading_session::{
    ReadingSessionEvent, SessionFinished, SessionNote, SessionStarted,
};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at, meters};
use crate::paging::Page;

fn started(session_id: &str, reader: &str, time: &str) -> ReadingSessionEvent {
    ReadingSessionEvent::Started(SessionStarted {
        session_id: session_id.parse().unwrap(),
        reader: reader.parse().unwrap(),
        started_at: at(time),
        round: None,
        device: None,
    })
}

/// Li's morning with a reading, a visit and a note; a reading at noon between outings; Zhao's own.
fn log() -> Log {
    let mut log = Log::default();
    let (morning, visit) = ("2026-02-03 08:00", "2026-02-03 09:10");
    log.record(
        ("reading_session", "s1"),
        morning,
        &started("s1", "li", morning),
    );
    log.record(
        ("reading_session", "s2"),
        morning,
        &started("s2", "zhao", morning),
    );
    let reading = "2026-02-03 09:00";
    log.record(
        ("meter", "M1"),
        reading,
        &meters::submitted("R1", "130", reading),
    );
    let visited = ReadingRoundEvent::VisitRecorded(VisitRecorded {
        meter_no: "M2".parse().unwrap(),
        visited_at: at(visit),
        visited_by: Actor::Staff("li".to_owned()),
        reason: "flooded".parse().unwrap(),
        note: None,
        left_note: Some("便条 1".to_owned()),
    });
    log.record(("reading_round", "B1-202602"), visit, &visited);
    let note = ReadingSessionEvent::NoteAdded(SessionNote {
        text: "雨".to_owned(),
        noted_at: at("2026-02-03 09:20"),
        meter_no: None,
    });
    log.record(("reading_session", "s1"), "2026-02-03 09:20", &note);
    let finished = ReadingSessionEvent::Finished(SessionFinished {
        finished_at: at("2026-02-03 11:00"),
        summary: Some("抄 1 块".to_owned()),
    });
    log.record(("reading_session", "s1"), "2026-02-03 11:00", &finished);
    let noon = "2026-02-03 12:00";
    log.record(("meter", "M3"), noon, &meters::submitted("R3", "130", noon));
    log
}

#[tokio::test]
async fn r80_lines_belong_to_the_outing_they_fall_into() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log().project_both_ways(&SessionLogProjector, &pool).await;
    let lines = async |filter: LogFilter| {
        let page = Page::first(10);
        let slice = query::entries(&pool, &filter, &page).await.unwrap();
        let line = |row: EntryRow| {
            let session = row.session_id.map_or("-".to_owned(), |id| id.to_string());
            format!("{} {}", row.kind.as_str(), session)
        };
        let lines: Vec<String> = slice.rows.into_iter().map(|(_, row)| line(row)).collect();
        lines
    };
    let all = lines(LogFilter::default()).await;
    assert_eq!(all, ["reading -", "note s1", "visit s1", "reading s1"]);
    let of_session = LogFilter {
        session_id: Some("s1".parse().unwrap()),
        ..LogFilter::default()
    };
    assert_eq!(lines(of_session).await.len(), 3);
    let of_meter = LogFilter {
        meter_no: Some("M3".parse().unwrap()),
        ..LogFilter::default()
    };
    assert_eq!(lines(of_meter).await, ["reading -"]);
    let flooded = LogFilter {
        reason: Some("flooded".parse().unwrap()),
        ..LogFilter::default()
    };
    assert_eq!(lines(flooded).await, ["visit s1"]);
    let of_zhao = LogFilter {
        reader: Some("zhao".parse().unwrap()),
        ..LogFilter::default()
    };
    assert_eq!(lines(of_zhao).await, [""; 0]);

    let sessions = query::sessions(&pool, None, None, &Page::first(10))
        .await
        .unwrap();
    let figures: Vec<_> = sessions
        .rows
        .iter()
        .map(|(_, row)| (row.session_id.as_str(), row.readings, row.visits, row.notes))
        .collect();
    assert_eq!(figures, [("s2", 0, 0, 0), ("s1", 1, 1, 1)]);
}
