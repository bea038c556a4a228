use chaobiao_decision::Actor;
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::fixture::{ask_credit_note, credit_note};
use super::*;
use crate::account::fixture::{balance, bill_no, charge_due, late_fee_tariff, open, record};
use crate::billing::{AdjustBill, BillAdjustment, VoidBill};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment};
use crate::units::{Commodity, Fen, WaiverId};

/// A bill of 1 000.00 that was due on 31 August, ten days late.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-08-10");
    open(&mut desk, "A1");
    late_fee_tariff(&mut desk, "as_never_paid");
    charge_due(&mut desk, "A1", "2026-07", (60000, 40000), "2026-08-31");
    desk.on("2026-09-10");
    desk
}

fn ask(kind: Concession, amount: i64) -> RequestWaiver {
    RequestWaiver {
        bill_no: bill_no("A1", "2026-07"),
        kind,
        commodity: None,
        amount: Fen::new(amount),
        reason: "系统故障".to_owned(),
    }
}

fn cash(amount: i64) -> RecordPayment {
    RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "N".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    }
}

fn approve(waiver_id: &WaiverId) -> ApproveWaiver {
    ApproveWaiver {
        waiver_id: waiver_id.clone(),
    }
}

fn waived(desk: &mut Desk, kind: Concession, amount: i64) -> WaiverId {
    let asked = desk.by("zhou").run(&ask(kind, amount)).unwrap();
    let waiver_id = asked.outcome.waiver_id;
    desk.by("ma").run(&approve(&waiver_id)).unwrap();
    waiver_id
}

#[test]
fn r94_a_late_fee_that_has_grown_is_charged_and_given_up() {
    let mut desk = desk();
    assert_eq!(
        desk.refused(&ask(Concession::LateFee, 1001)),
        "WAIVER_NOT_COVERED"
    );
    let asked = desk
        .by("zhou")
        .run(&ask(Concession::LateFee, 1000))
        .unwrap();
    let waiver_id = asked.outcome.waiver_id;
    assert_eq!(
        desk.by("zhou").refused(&approve(&waiver_id)),
        "WAIVER_APPROVED_BY_REQUESTER"
    );
    let done = desk.by("ma").run(&approve(&waiver_id)).unwrap();
    assert_eq!(
        done.event_types(),
        [
            "waiver.approved",
            "account.late_fee_charged",
            "account.bill_waived"
        ]
    );
    assert_eq!(balance(&mut desk, "A1"), (100_000, 0));
    // Nothing more is asked for the same days.
    desk.by("li").run(&cash(100_000)).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
}

#[test]
fn r94_a_late_fee_that_was_paid_comes_back_as_credit() {
    let mut desk = desk();
    desk.by("li").run(&cash(101_000)).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
    let asked = desk.by("zhou").run(&ask(Concession::LateFee, 400)).unwrap();
    let waiver_id = asked.outcome.waiver_id;
    assert_eq!(
        desk.by("li").refused(&approve(&waiver_id)),
        "WAIVER_APPROVED_BY_TAKER"
    );
    desk.by("ma").run(&approve(&waiver_id)).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 400));
}

#[test]
fn r94_what_is_left_of_a_bill_is_given_up_and_asked_for_again_once() {
    let mut desk = desk();
    desk.by("li").run(&cash(90_000)).unwrap();
    assert_eq!(
        desk.refused(&ask(Concession::BillRest, 10_001)),
        "WAIVER_NOT_COVERED"
    );
    let waiver_id = waived(&mut desk, Concession::BillRest, 10_000);
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
    assert!(record(&mut desk, "A1").ledger().open_bills().is_empty());
    // What was given up cannot be taken off by a note as well, nor the bill be made void.
    let july = bill_no("A1", "2026-07");
    let note = |desk: &mut Desk| credit_note(desk, &july, Commodity::Water, 60_000);
    assert_eq!(note(&mut desk).unwrap_err(), "ACCOUNT_WRITE_OFF_STANDS");
    let void = VoidBill {
        bill_no: bill_no("A1", "2026-07"),
        reason: "作废".to_owned(),
    };
    assert_eq!(desk.refused(&void), "ACCOUNT_WRITE_OFF_STANDS");
    let reverse = ReverseWaiver {
        waiver_id: waiver_id.clone(),
        reason: "已追回".to_owned(),
    };
    desk.by("qian").run(&reverse).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10_000, 0));
    assert_eq!(desk.by("qian").refused(&reverse), "WAIVER_ALREADY_REVERSED");
    assert_eq!(
        desk.by("ma").refused(&approve(&waiver_id)),
        "WAIVER_ALREADY_REVERSED"
    );
    note(&mut desk).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (0, 50_000));
}

#[test]
fn x13_a_credit_note_takes_two_however_small_it_is() {
    let mut desk = desk();
    let july = bill_no("A1", "2026-07");
    // Nobody lowers a bill alone.
    let alone = AdjustBill {
        bill_no: july.clone(),
        kind: BillAdjustment::Credit,
        commodity: Commodity::Water,
        amount: Fen::new(1),
        reason: "调减".to_owned(),
    };
    assert_eq!(desk.by("ma").refused(&alone), "BILLING_CREDIT_TAKES_TWO");
    let ask = ask_credit_note(&july, 1);
    let vague = RequestWaiver {
        commodity: None,
        ..ask.clone()
    };
    assert_eq!(desk.refused(&vague), "WAIVER_COMMODITY_INVALID");
    let precise = RequestWaiver {
        kind: Concession::BillRest,
        ..ask.clone()
    };
    assert_eq!(desk.refused(&precise), "WAIVER_COMMODITY_INVALID");
    let much = ask_credit_note(&july, 60_001);
    assert_eq!(desk.refused(&much), "WAIVER_NOT_COVERED");
    let waiver_id = desk.by("zhou").run(&ask).unwrap().outcome.waiver_id;
    assert_eq!(balance(&mut desk, "A1"), (100_000, 0));
    assert_eq!(
        desk.by("zhou").refused(&approve(&waiver_id)),
        "WAIVER_APPROVED_BY_REQUESTER"
    );
    // Nor does who took money for it have the say.
    desk.by("li").run(&cash(101_000)).unwrap();
    assert_eq!(
        desk.by("li").refused(&approve(&waiver_id)),
        "WAIVER_APPROVED_BY_TAKER"
    );
    let approved = desk.by("ma").run(&approve(&waiver_id)).unwrap();
    assert_eq!(
        approved.event_types(),
        [
            "waiver.approved",
            "account.payment_released",
            "account.bill_adjusted"
        ]
    );
    assert_eq!(balance(&mut desk, "A1"), (0, 1));
    let reverse = ReverseWaiver {
        waiver_id: waiver_id.clone(),
        reason: "误批".to_owned(),
    };
    assert_eq!(desk.refused(&reverse), "WAIVER_CREDIT_NOTE_STANDS");
    assert_eq!(
        desk.refused(&approve(&waiver_id)),
        "WAIVER_ALREADY_APPROVED"
    );
}

#[test]
fn r94_a_waiver_that_is_turned_down_does_nothing() {
    let mut desk = desk();
    let asked = desk.by("zhou").run(&ask(Concession::SmallRest, 5)).unwrap();
    let waiver_id = asked.outcome.waiver_id;
    let reject = RejectWaiver {
        waiver_id: waiver_id.clone(),
        reason: " ".to_owned(),
    };
    assert_eq!(desk.by("ma").refused(&reject), "WAIVER_REASON_INVALID");
    let reject = RejectWaiver {
        reason: "可以收取".to_owned(),
        ..reject
    };
    desk.by("ma").run(&reject).unwrap();
    assert_eq!(
        desk.by("ma").refused(&approve(&waiver_id)),
        "WAIVER_REJECTED"
    );
    let reverse = ReverseWaiver {
        waiver_id,
        reason: "误批".to_owned(),
    };
    assert_eq!(desk.by("ma").refused(&reverse), "WAIVER_NOT_APPROVED");
    assert_eq!(balance(&mut desk, "A1"), (100_000, 0));
}

#[test]
fn every_event_keeps_its_golden_json() {
    let at = DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let staff = |login: &str| Actor::Staff(login.to_owned());
    let events = [
        WaiverEvent::Requested(WaiverRequested {
            waiver_id: "01900000-0000-7000-8000-000000000001".parse().unwrap(),
            account_no: "A1".parse().unwrap(),
            bill_no: bill_no("A1", "2026-07"),
            kind: Concession::CreditNote,
            commodity: Some(Commodity::Water),
            amount: Fen::new(95),
            reason: "系统故障".to_owned(),
            requested_by: staff("zhou"),
            requested_at: at,
        }),
        WaiverEvent::Approved {
            approved_by: staff("ma"),
            approved_at: at,
        },
        WaiverEvent::Rejected {
            reason: "可以收取".to_owned(),
            rejected_by: staff("ma"),
            rejected_at: at,
        },
        WaiverEvent::Reversed {
            reason: "已追回".to_owned(),
            reversed_by: staff("qian"),
            reversed_at: at,
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<WaiverEvent>(&json).unwrap(), event);
    }
}
