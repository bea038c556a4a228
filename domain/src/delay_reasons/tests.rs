use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;

fn define(code: &str, label: &str, needs_note: bool) -> DefineDelayReason {
    DefineDelayReason {
        code: code.parse().unwrap(),
        label: label.to_owned(),
        needs_note,
    }
}

#[test]
fn reasons_are_the_centres_own_list() {
    let mut desk = Desk::new("2026-02-01");
    let dog = "dog".parse().unwrap();
    let list: DelayReasons = desk.state(DelayReasons::ID);
    assert_eq!(list.require(&dog, None), Err(DelayReasonsError::Unknown));
    let locked = "door_locked".parse().unwrap();
    assert_eq!(list.require(&locked, None), Ok(()));

    let defined = desk.run(&define("dog", " 有犬 ", true)).unwrap();
    assert_eq!(defined.events[0].payload["label"], "有犬");
    assert_eq!(
        desk.run(&define("dog", "有犬", true)).unwrap().events,
        [],
        "said again, nothing is new"
    );
    let list: DelayReasons = desk.state(DelayReasons::ID);
    assert_eq!(
        list.require(&dog, Some(" ")),
        Err(DelayReasonsError::NoteRequired)
    );
    assert_eq!(list.require(&dog, Some("黑狗")), Ok(()));

    let retire = RetireDelayReason { code: dog.clone() };
    desk.run(&retire).unwrap();
    let list: DelayReasons = desk.state(DelayReasons::ID);
    assert_eq!(
        list.require(&dog, Some("黑狗")),
        Err(DelayReasonsError::Retired)
    );
    desk.run(&define("dog", "有犬", false)).unwrap();
    let list: DelayReasons = desk.state(DelayReasons::ID);
    assert_eq!(list.require(&dog, None), Ok(()));
    assert_eq!(
        desk.refused(&define("cat", " ", false)),
        "DELAY_REASON_LABEL_INVALID"
    );
}

#[test]
fn events_keep_their_form() {
    let events = [
        DelayReasonsEvent::Defined(DelayReasonDefined {
            code: "dog".parse().unwrap(),
            label: "有犬".to_owned(),
            needs_note: true,
        }),
        DelayReasonsEvent::Retired {
            code: "dog".parse().unwrap(),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
    }
}
