use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use cqrs_es::test::TestFramework;

use super::*;
use crate::desk::Desk;
use crate::units::{BillingMonth, MeterNo};

fn meters(numbers: &[&str]) -> Vec<MeterNo> {
    numbers
        .iter()
        .map(|number| number.parse().unwrap())
        .collect()
}

fn opening(numbers: &[&str]) -> OpenReadingRound {
    OpenReadingRound {
        book: "B12".parse().unwrap(),
        month: BillingMonth::try_new(2026, 2).unwrap(),
        campus: "N".parse().unwrap(),
        meters: meters(numbers),
        due_on: "2026-02-28".parse().unwrap(),
    }
}

fn reason(meter_no: &str, reason: UnreadReason, note: Option<&str>) -> RecordUnreadReason {
    RecordUnreadReason {
        round_id: "B12-202602".parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        reason,
        note: note.map(str::to_owned),
    }
}

#[test]
fn a_book_is_walked_once_a_month() {
    let mut desk = Desk::new("2026-02-01");
    let opened = desk.run(&opening(&["M2", "M1"])).unwrap();
    assert_eq!(opened.outcome.round_id.as_str(), "B12-202602");
    assert_eq!(
        opened.events[0].payload["meters"],
        serde_json::json!(["M2", "M1"])
    );
    assert_eq!(desk.refused(&opening(&["M1"])), "ROUND_ALREADY_OPENED");
}

#[test]
fn a_round_needs_meters_and_time() {
    let mut desk = Desk::new("2026-02-01");
    assert_eq!(desk.refused(&opening(&[])), "ROUND_HAS_NO_METERS");
    assert_eq!(desk.refused(&opening(&["M1", "M1"])), "ROUND_METER_TWICE");
    assert_eq!(
        desk.on("2026-03-01").refused(&opening(&["M1"])),
        "ROUND_DUE_BEFORE_OPENING"
    );
}

#[test]
fn reasons_are_kept_for_meters_of_an_open_round() {
    let mut desk = Desk::new("2026-02-01");
    assert_eq!(
        desk.refused(&reason("M1", UnreadReason::Flooded, None)),
        "ROUND_NOT_FOUND"
    );
    desk.run(&opening(&["M1"])).unwrap();
    let kept = desk
        .run(&reason("M1", UnreadReason::DoorLocked, Some(" 下午再来 ")))
        .unwrap();
    assert_eq!(kept.events[0].payload["note"], "下午再来");
    assert_eq!(
        desk.refused(&reason("M2", UnreadReason::Flooded, None)),
        "ROUND_METER_NOT_IN_ROUND"
    );
    assert_eq!(
        desk.refused(&reason("M1", UnreadReason::Other, Some(" "))),
        "ROUND_NOTE_REQUIRED"
    );
    let long = "远".repeat(201);
    assert_eq!(
        desk.refused(&reason("M1", UnreadReason::Other, Some(&long))),
        "VALUE_TOO_LONG"
    );

    let close = CloseReadingRound {
        round_id: "B12-202602".parse().unwrap(),
    };
    desk.run(&close).unwrap();
    assert_eq!(
        desk.refused(&reason("M1", UnreadReason::Flooded, None)),
        "ROUND_CLOSED"
    );
    assert_eq!(desk.refused(&close), "ROUND_CLOSED");
}

#[test]
fn events_keep_their_form() {
    let events = [
        ReadingRoundEvent::Opened(RoundOpened {
            round_id: "B12-202602".parse().unwrap(),
            book: "B12".parse().unwrap(),
            month: BillingMonth::try_new(2026, 2).unwrap(),
            campus: "N".parse().unwrap(),
            meters: meters(&["M2", "M1"]),
            opened_on: "2026-02-01".parse().unwrap(),
            due_on: "2026-02-28".parse().unwrap(),
        }),
        ReadingRoundEvent::UnreadReasonRecorded(UnreadReasonRecorded {
            meter_no: "M1".parse().unwrap(),
            reason: UnreadReason::DoorLocked,
            note: Some("下午再来".to_owned()),
            recorded_on: "2026-02-03".parse().unwrap(),
            recorded_by: Actor::Staff("li".to_owned()),
        }),
        ReadingRoundEvent::Closed(RoundClosed {
            closed_on: "2026-02-28".parse().unwrap(),
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ReadingRoundEvent>(&json).unwrap(),
            event
        );
    }
}

#[test]
fn a_round_that_was_never_opened_takes_nothing() {
    TestFramework::<ReadingRound>::with(())
        .given_no_previous_events()
        .when(ReadingRoundCommand::Close(RoundClosed {
            closed_on: "2026-02-28".parse().unwrap(),
        }))
        .then_expect_error(ReadingRoundError::NotFound);
}
