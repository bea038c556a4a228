use chaobiao_decision::Actor;
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{charge, open};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment, ReversePayment};
use crate::units::Fen;

fn cash(amount: i64, campus: &str) -> RecordPayment {
    RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: campus.parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    }
}

fn settle(month: &str, amount: i64) -> SettleClearing {
    SettleClearing {
        from: "S".parse().unwrap(),
        to: "N".parse().unwrap(),
        month: month.parse().unwrap(),
        amount: Fen::new(amount),
        note: None,
    }
}

fn due(desk: &mut Desk, month: &str) -> i64 {
    let clearing: CampusClearing = desk.state(&format!("S@N@{month}"));
    clearing.due.value()
}

#[test]
fn r30_cash_taken_at_south_for_a_north_account_is_due_until_it_is_settled() {
    let mut desk = Desk::new("2026-09-17");
    open(&mut desk, "A1");
    charge(&mut desk, "A1", "2026-08", 10_000, 0);
    desk.run(&cash(2_000, "N")).unwrap();
    assert_eq!(due(&mut desk, "2026-09"), 0);
    let first = desk.run(&cash(3_000, "S")).unwrap().outcome.payment_id;
    desk.run(&cash(5_500, "S")).unwrap();
    assert_eq!(
        due(&mut desk, "2026-09"),
        8_500,
        "the credit counts as well"
    );
    assert_eq!(
        desk.refused(&settle("2026-09", 3_000)),
        "CLEARING_AMOUNT_DIFFERS"
    );
    desk.run(&settle("2026-09", 8_500)).unwrap();
    assert_eq!(
        desk.refused(&settle("2026-09", 8_500)),
        "CLEARING_NOTHING_DUE"
    );

    // Undone in another month, it counts there: what was settled stays settled.
    desk.on("2026-10-08").by("zhao");
    let reverse = ReversePayment {
        payment_id: first,
        reason: "收错户".to_owned(),
    };
    desk.run(&reverse).unwrap();
    assert_eq!(
        (due(&mut desk, "2026-09"), due(&mut desk, "2026-10")),
        (0, -3_000)
    );
    desk.run(&settle("2026-10", -3_000)).unwrap();
    assert_eq!(due(&mut desk, "2026-10"), 0);
}

#[test]
fn every_event_keeps_its_golden_json() {
    let payment = || "01900000-0000-7000-8000-000000000001".parse().unwrap();
    let events = [
        ClearingEvent::Owed {
            from: "S".parse().unwrap(),
            to: "N".parse().unwrap(),
            month: "2026-09".parse().unwrap(),
            payment_id: payment(),
            amount: Fen::new(3_000),
        },
        ClearingEvent::Relieved {
            from: "S".parse().unwrap(),
            to: "N".parse().unwrap(),
            month: "2026-10".parse().unwrap(),
            payment_id: payment(),
            amount: Fen::new(3_000),
        },
        ClearingEvent::Settled(ClearingSettled {
            amount: Fen::new(3_000),
            note: Some("九月划拨".to_owned()),
            settled_by: Actor::Staff("qian".to_owned()),
            settled_at: DateTime::from_timestamp(1_788_000_000, 0).unwrap(),
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<ClearingEvent>(&json).unwrap(), event);
    }
}
