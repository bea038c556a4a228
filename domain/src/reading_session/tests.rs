use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn start(session_id: Option<&str>) -> StartSession {
    StartSession {
        session_id: session_id.map(|id| id.parse().unwrap()),
        round: None,
        started_at: Some(at("2026-02-01T00:30:00Z")),
        device: Some("PDA-3".to_owned()),
    }
}

fn note(text: &str) -> AddSessionNote {
    AddSessionNote {
        session_id: "s1".parse().unwrap(),
        text: text.to_owned(),
        meter_no: None,
        noted_at: Some(at("2026-02-01T00:40:00Z")),
    }
}

#[test]
fn r78_a_session_is_started_described_and_finished_by_its_reader() {
    let mut desk = Desk::new("2026-02-01");
    assert_eq!(desk.refused(&note("雨")), "SESSION_NOT_FOUND");
    let started = desk.run(&start(Some("s1"))).unwrap();
    assert_eq!(started.events[0].payload["reader"], "li");
    assert_eq!(desk.refused(&start(Some("s1"))), "SESSION_ALREADY_STARTED");
    assert_eq!(desk.refused(&note("  ")), "SESSION_TEXT_INVALID");
    let early = AddSessionNote {
        noted_at: Some(at("2026-02-01T00:29:00Z")),
        ..note("雨")
    };
    assert_eq!(desk.refused(&early), "SESSION_BEFORE_START");
    desk.run(&note("三号楼水表井积水")).unwrap();
    assert_eq!(desk.by("zhao").refused(&note("雨")), "SESSION_NOT_YOURS");
    let finish = FinishSession {
        session_id: "s1".parse().unwrap(),
        finished_at: None,
        summary: Some("抄 120 块".to_owned()),
    };
    assert_eq!(desk.refused(&finish), "SESSION_NOT_YOURS");
    desk.by("li").run(&finish).unwrap();
    assert_eq!(desk.refused(&note("雨")), "SESSION_FINISHED");

    let unnamed = desk.run(&start(None)).unwrap();
    assert_eq!(unnamed.outcome.session_id.as_str().len(), 36);
    let tomorrow = StartSession {
        started_at: Some(at("2026-02-02T00:30:00Z")),
        ..start(None)
    };
    assert_eq!(desk.refused(&tomorrow), "SESSION_IN_FUTURE");
}

#[test]
fn events_keep_their_form() {
    let events = [
        ReadingSessionEvent::Started(SessionStarted {
            session_id: "s1".parse().unwrap(),
            reader: "li".parse().unwrap(),
            started_at: "2026-02-01T00:30:00Z".parse().unwrap(),
            round: Some("B12-202602".parse().unwrap()),
            device: Some("PDA-3".to_owned()),
        }),
        ReadingSessionEvent::NoteAdded(SessionNote {
            text: "三号楼水表井积水".to_owned(),
            noted_at: "2026-02-01T00:40:00Z".parse().unwrap(),
            meter_no: Some("M1".parse().unwrap()),
        }),
        ReadingSessionEvent::Finished(SessionFinished {
            finished_at: "2026-02-01T08:00:00Z".parse().unwrap(),
            summary: Some("抄 120 块".to_owned()),
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ReadingSessionEvent>(&json).unwrap(),
            event
        );
    }
}
