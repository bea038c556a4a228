use chaobiao_decision::Actor;
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::units::MessageId;

fn id() -> MessageId {
    "01900000-0000-7000-8000-000000000001".parse().unwrap()
}

fn resend(outcome: MessageOutcome) -> ResendMessage {
    ResendMessage {
        message_id: id(),
        outcome,
        is_code: false,
        is_erased: false,
        reason: " 服务商确认未送达 ".to_owned(),
    }
}

fn settle(outcome: MessageOutcome) -> SettleMessage {
    SettleMessage {
        message_id: id(),
        outcome,
        reason: "已电话告知".to_owned(),
    }
}

#[test]
fn what_did_not_arrive_is_sent_again_once_and_with_a_reason() {
    let mut desk = Desk::new("2026-09-14");
    let silent = ResendMessage {
        reason: "  ".to_owned(),
        ..resend(MessageOutcome::Failed)
    };
    assert_eq!(desk.refused(&silent), "MESSAGE_REASON_INVALID");
    let sent = desk.run(&resend(MessageOutcome::Unknown)).unwrap();
    assert_eq!(sent.event_types(), ["message.resent"]);
    let again = resend(MessageOutcome::Unknown);
    assert_eq!(desk.refused(&again), "MESSAGE_ALREADY_RESENT");
    let settled = settle(MessageOutcome::Unknown);
    assert_eq!(desk.refused(&settled), "MESSAGE_ALREADY_RESENT");
}

#[test]
fn what_went_well_a_code_and_a_message_to_nobody_are_not_sent_again() {
    let mut desk = Desk::new("2026-09-14");
    let fine = resend(MessageOutcome::Fine);
    assert_eq!(desk.refused(&fine), "MESSAGE_NOT_LOST");
    let fine = settle(MessageOutcome::Fine);
    assert_eq!(desk.refused(&fine), "MESSAGE_NOT_LOST");
    let code = ResendMessage {
        is_code: true,
        ..resend(MessageOutcome::Failed)
    };
    assert_eq!(desk.refused(&code), "MESSAGE_CODE_NOT_RESENT");
    let erased = ResendMessage {
        is_erased: true,
        ..resend(MessageOutcome::Failed)
    };
    assert_eq!(desk.refused(&erased), "MESSAGE_ERASED");
}

#[test]
fn what_is_settled_is_not_sent_again() {
    let mut desk = Desk::new("2026-09-14");
    let settled = desk.run(&settle(MessageOutcome::Undelivered)).unwrap();
    assert_eq!(settled.event_types(), ["message.settled"]);
    let again = resend(MessageOutcome::Undelivered);
    assert_eq!(desk.refused(&again), "MESSAGE_ALREADY_SETTLED");
}

#[test]
fn every_event_keeps_its_golden_json() {
    let followed_up = MessageFollowedUp {
        message_id: id(),
        outcome: MessageOutcome::Unknown,
        reason: "服务商确认未送达".to_owned(),
        by: Actor::Staff("ma".to_owned()),
        at: DateTime::from_timestamp(1_788_000_000, 0).unwrap(),
    };
    let events = [
        MessageEvent::Resent(followed_up.clone()),
        MessageEvent::Settled(followed_up),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<MessageEvent>(&json).unwrap(), event);
    }
}
