use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;

fn entry() -> AccessEntry {
    AccessEntry {
        at: "2026-09-01T01:00:00Z".parse().unwrap(),
        kind: AccessKind::PersonalDataSeen,
        actor: Actor::Staff("wang".to_owned()),
        what: "account.holder".to_owned(),
        subject: Some("account/8001".to_owned()),
        code: None,
        origin: Some("10.0.0.1".to_owned()),
        request_id: Some("r1".to_owned()),
    }
}

#[test]
fn every_batch_is_a_stream_of_its_own() {
    let mut desk = Desk::new("2026-09-01");
    let record = RecordAccess {
        entries: vec![entry(), entry()],
    };
    let first = desk.run(&record).unwrap();
    let second = desk.run(&record).unwrap();
    let streams: Vec<String> = [first, second]
        .iter()
        .map(|accepted| accepted.events[0].stream.aggregate_id.clone())
        .collect();
    assert!(streams[0].starts_with("2026-09-01/"));
    assert_ne!(streams[0], streams[1]);
}

#[test]
fn events_keep_their_form() {
    let least = AccessEntry {
        kind: AccessKind::LoginFailed,
        actor: Actor::Anonymous,
        what: "staffLogin".to_owned(),
        subject: None,
        origin: None,
        request_id: None,
        ..entry()
    };
    let event = AccessEvent::Recorded {
        entries: vec![entry(), least],
    };
    insta::assert_json_snapshot!(event.event_type(), event);
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<AccessEvent>(&json).unwrap(), event);
}
