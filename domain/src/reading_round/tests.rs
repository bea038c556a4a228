use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use cqrs_es::test::TestFramework;

use super::*;
use crate::desk::Desk;
use crate::units::{BillingMonth, MeterNo, RateIndexes};

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
        reader: None,
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
fn r79_a_visit_is_kept_with_its_reason_and_the_note_left() {
    let mut desk = Desk::new("2026-02-01");
    desk.run(&opening(&["M1"])).unwrap();
    let visit = |reason: &str, note: Option<&str>| RecordVisit {
        round_id: "B12-202602".parse().unwrap(),
        meter_no: "M1".parse().unwrap(),
        visited_at: None,
        reason: reason.parse().unwrap(),
        note: note.map(str::to_owned),
        left_note: Some(" 便条 0012 ".to_owned()),
    };
    let kept = desk.run(&visit("door_locked", None)).unwrap();
    assert_eq!(kept.events[0].payload["left_note"], "便条 0012");
    assert_eq!(desk.refused(&visit("dog", None)), "DELAY_REASON_UNKNOWN");
    assert_eq!(
        desk.refused(&visit("other", None)),
        "DELAY_REASON_NOTE_REQUIRED"
    );
    let tomorrow = RecordVisit {
        visited_at: Some(desk.at + chrono::TimeDelta::days(1)),
        ..visit("flooded", None)
    };
    assert_eq!(desk.refused(&tomorrow), "ROUND_VISIT_IN_FUTURE");
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
            reader: Some("li".parse().unwrap()),
        }),
        ReadingRoundEvent::Assigned(RoundAssigned {
            reader: "zhao".parse().unwrap(),
            reason: Some("病假".to_owned()),
            assigned_on: "2026-02-02".parse().unwrap(),
            assigned_by: Actor::Staff("ma".to_owned()),
        }),
        ReadingRoundEvent::Reordered {
            meters: meters(&["M1", "M2"]),
        },
        ReadingRoundEvent::VisitRecorded(VisitRecorded {
            meter_no: "M1".parse().unwrap(),
            visited_at: "2026-02-03T02:00:00Z".parse().unwrap(),
            visited_by: Actor::Staff("li".to_owned()),
            reason: "door_locked".parse().unwrap(),
            note: Some("下午再来".to_owned()),
            left_note: Some("便条 0012".to_owned()),
        }),
        ReadingRoundEvent::ConflictRecorded(FieldConflict {
            item_id: "pda3-17".parse().unwrap(),
            meter_no: "M1".parse().unwrap(),
            index: "131".parse().unwrap(),
            read_at: "2026-02-03T03:00:00Z".parse().unwrap(),
            photo: Some("ab".repeat(32).parse().unwrap()),
            note: Some("雨天".to_owned()),
            rates: RateIndexes::new(),
            read_by: Actor::Staff("zhao".to_owned()),
            existing: "R1".parse().unwrap(),
        }),
        ReadingRoundEvent::ConflictSettled(ConflictSettled {
            item_id: "pda3-17".parse().unwrap(),
            taken_as: Some("R2".parse().unwrap()),
            settled_by: Actor::Staff("li".to_owned()),
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
