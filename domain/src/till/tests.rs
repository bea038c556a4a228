use chaobiao_decision::Actor;
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{charge, open};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment, ReversePayment};
use crate::units::{Fen, TillId};

const TILL: &str = "N@2026-09-17@li";

fn desk() -> Desk {
    let mut desk = Desk::new("2026-09-17");
    open(&mut desk, "A1");
    charge(&mut desk, "A1", "2026-08", 100_000, 0);
    desk
}

fn till_id(text: &str) -> TillId {
    text.parse().unwrap()
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

fn sign(cash: i64, reason: Option<&str>) -> SignTill {
    SignTill {
        till_id: till_id(TILL),
        counted: vec![CountedAmount {
            method: TillMethod::Cash,
            amount: Fen::new(cash),
        }],
        reason: reason.map(str::to_owned),
    }
}

fn approve(till: &str) -> ApproveTill {
    ApproveTill {
        till_id: till_id(till),
    }
}

fn expected(desk: &mut Desk, till: &str) -> i64 {
    let state: Till = desk.state(till);
    let till = state.opened(&till_id(till)).unwrap();
    till.expected(TillMethod::Cash).value()
}

#[test]
fn r25_a_till_is_counted_signed_and_approved_by_somebody_else_and_closed() {
    let mut desk = desk();
    assert_eq!(desk.refused(&sign(0, None)), "TILL_UNKNOWN");
    desk.run(&cash(3_000)).unwrap();
    desk.run(&cash(2_000)).unwrap();
    assert_eq!(expected(&mut desk, TILL), 5_000);
    assert_eq!(desk.refused(&approve(TILL)), "TILL_NOT_SIGNED");
    assert_eq!(
        desk.refused(&sign(4_900, None)),
        "TILL_DIFFERENCE_UNEXPLAINED"
    );
    assert_eq!(desk.refused(&sign(-1, None)), "TILL_COUNT_NEGATIVE");
    assert_eq!(desk.by("wu").refused(&sign(5_000, None)), "TILL_NOT_YOURS");
    let signed = desk.by("li").run(&sign(4_900, Some("找零有误"))).unwrap();
    let counts = &signed.events[0].payload["counts"];
    assert_eq!(
        (&counts[0]["expected"], &counts[0]["difference"]),
        (&5_000.into(), &(-100).into())
    );
    assert_eq!(desk.refused(&cash(100)), "TILL_CLOSED");
    assert_eq!(desk.refused(&approve(TILL)), "TILL_APPROVED_BY_CASHIER");
    let reopen = ReopenTill {
        till_id: till_id(TILL),
        reason: "再数一次".to_owned(),
    };
    desk.by("zhao").run(&reopen).unwrap();
    desk.by("li").run(&sign(5_000, None)).unwrap();
    desk.by("zhao").run(&approve(TILL)).unwrap();
    assert_eq!(desk.refused(&approve(TILL)), "TILL_ALREADY_APPROVED");
    assert_eq!(desk.refused(&reopen), "TILL_ALREADY_APPROVED");
    assert_eq!(desk.by("li").refused(&cash(100)), "TILL_CLOSED");
    desk.on("2026-09-18").run(&cash(100)).unwrap();
}

#[test]
fn x13_what_is_handed_back_comes_out_of_the_till_or_once_that_is_closed_out_of_another() {
    let mut desk = desk();
    let mut paid = Vec::new();
    for amount in [3_000, 2_000] {
        paid.push(desk.run(&cash(amount)).unwrap().outcome.payment_id);
    }
    let reverse = |number: usize| ReversePayment {
        payment_id: paid[number].clone(),
        reason: "收错户".to_owned(),
    };
    assert_eq!(desk.refused(&reverse(0)), "PAYMENT_REVERSED_BY_TAKER");
    desk.by("zhao").run(&reverse(0)).unwrap();
    assert_eq!(expected(&mut desk, TILL), 2_000);
    desk.by("li").run(&sign(2_000, None)).unwrap();
    desk.by("zhao").run(&reverse(1)).unwrap();
    assert_eq!(expected(&mut desk, TILL), 2_000, "what is signed stays");
    assert_eq!(expected(&mut desk, "N@2026-09-17@zhao"), -2_000);
}

#[test]
fn a_month_is_closed_when_it_is_over_and_all_its_tills_are_approved() {
    let mut desk = desk();
    desk.run(&cash(3_000)).unwrap();
    desk.run(&sign(3_000, None)).unwrap();
    let close = CloseCashMonth {
        campus: "N".parse().unwrap(),
        month: "2026-09".parse().unwrap(),
    };
    assert_eq!(desk.refused(&close), "CASH_MONTH_NOT_OVER");
    desk.on("2026-10-08").by("zhao");
    assert_eq!(desk.refused(&close), "CASH_MONTH_TILL_OUTSTANDING");
    desk.run(&approve(TILL)).unwrap();
    desk.run(&close).unwrap();
    assert_eq!(desk.refused(&close), "CASH_MONTH_CLOSED");
    // A clock that is behind finds the month closed.
    desk.on("2026-09-30").by("li");
    assert_eq!(desk.refused(&cash(100)), "CASH_MONTH_CLOSED");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of every event")]
fn every_event_keeps_its_golden_json() {
    let at = DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let payment = || "01900000-0000-7000-8000-000000000001".parse().unwrap();
    let zhao = Actor::Staff("zhao".to_owned());
    let events = [
        TillEvent::Opened {
            till_id: till_id(TILL),
        },
        TillEvent::PaymentTaken {
            payment_id: payment(),
            method: TillMethod::Cash,
            amount: Fen::new(3_000),
        },
        TillEvent::PaymentRefunded {
            payment_id: payment(),
            method: TillMethod::Cheque,
            amount: Fen::new(3_000),
        },
        TillEvent::RefundPaid {
            refund_id: "01900000-0000-7000-8000-000000000002".parse().unwrap(),
            amount: Fen::new(1_000),
        },
        TillEvent::RefundReturned {
            refund_id: "01900000-0000-7000-8000-000000000002".parse().unwrap(),
            amount: Fen::new(1_000),
        },
        TillEvent::Signed(TillSigned {
            counts: vec![MethodCount {
                method: TillMethod::Cash,
                expected: Fen::new(5_000),
                counted: Fen::new(4_900),
                difference: Fen::new(-100),
            }],
            reason: Some("找零有误".to_owned()),
            signed_by: Actor::Staff("li".to_owned()),
            signed_at: at,
        }),
        TillEvent::Approved {
            approved_by: zhao.clone(),
        },
        TillEvent::Reopened {
            reason: "再数一次".to_owned(),
            reopened_by: zhao.clone(),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<TillEvent>(&json).unwrap(), event);
    }
    let months = [
        CashMonthEvent::TillOpened {
            till_id: till_id(TILL),
        },
        CashMonthEvent::TillApproved {
            till_id: till_id(TILL),
        },
        CashMonthEvent::Closed {
            campus: "N".parse().unwrap(),
            month: "2026-09".parse().unwrap(),
            closed_by: zhao,
            closed_at: at,
        },
    ];
    for event in months {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<CashMonthEvent>(&json).unwrap(),
            event
        );
    }
}
