use chaobiao_decision::{Actor, Personal};
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{balance, charge, open};
use crate::desk::Desk;
use crate::payment::ReversePayment;
use crate::units::{BankReference, Fen, PaymentId};

/// A1 owes 100.00 for July.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-09-01");
    open(&mut desk, "A1");
    charge(&mut desk, "A1", "2026-07", 6000, 4000);
    desk
}

fn reference(text: &str) -> BankReference {
    text.parse().unwrap()
}

fn line(number: &str, amount: i64) -> EnterBankLines {
    EnterBankLines {
        lines: vec![BankLineGiven {
            bank_reference: reference(number),
            amount: Fen::new(amount),
            booked_on: "2026-09-16".parse().unwrap(),
            payer: Some("王芳".to_owned()),
            memo: None,
            account_no: None,
        }],
    }
}

fn book(number: &str) -> BookBankLine {
    BookBankLine {
        bank_reference: reference(number),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        payer: None,
    }
}

fn returned(number: &str, by: &str) -> ReturnBankLine {
    ReturnBankLine {
        bank_reference: reference(number),
        return_reference: reference(by),
        reason: "收款账号有误".to_owned(),
    }
}

#[test]
fn r94_unidentified_money_is_held_and_claimed_once_and_what_is_over_is_credit() {
    let mut desk = desk();
    desk.run(&line("B1", 10_500)).unwrap();
    let hold = |reason: &str| HoldBankLine {
        bank_reference: reference("B1"),
        reason: reason.to_owned(),
    };
    assert_eq!(desk.refused(&hold(" ")), "BANK_LINE_REASON_INVALID");
    desk.run(&hold("附言不清")).unwrap();
    let booked = desk.run(&book("B1")).unwrap();
    assert_eq!(booked.outcome.credits[0].amount, Fen::new(500));
    assert_eq!(balance(&mut desk, "A1"), (0, 500));
    assert_eq!(desk.refused(&book("B1")), "BANK_LINE_ALREADY_BOOKED");
    assert_eq!(desk.refused(&hold("又一次")), "BANK_LINE_ALREADY_BOOKED");
    assert_eq!(desk.refused(&book("B9")), "BANK_LINE_UNKNOWN");
}

#[test]
fn a_statement_may_overlap_the_one_before_but_not_contradict_it() {
    let mut desk = desk();
    let first = desk.run(&line("B1", 500)).unwrap();
    assert!(first.outcome.lines[0].is_new);
    let again = desk.run(&line("B1", 500)).unwrap();
    assert!(!again.outcome.lines[0].is_new && again.events.is_empty());
    assert_eq!(desk.refused(&line("B1", 501)), "BANK_LINE_CONTRADICTS");
    assert_eq!(desk.refused(&line("B2", 0)), "BANK_LINE_NOT_POSITIVE");
    let none = EnterBankLines { lines: Vec::new() };
    assert_eq!(desk.refused(&none), "BANK_LINES_INVALID");
}

#[test]
fn what_the_bank_takes_back_is_owed_again_and_never_comes_twice() {
    let mut desk = desk();
    for number in ["B1", "B2"] {
        desk.run(&line(number, 4_000)).unwrap();
        desk.run(&book(number)).unwrap();
    }
    assert_eq!(balance(&mut desk, "A1"), (2_000, 0));
    let accepted = desk.run(&returned("B1", "R1")).unwrap();
    assert_eq!(
        accepted.event_types(),
        [
            "bank_line.returned",
            "payment.reversed",
            "account.payment_reversed"
        ]
    );
    assert_eq!(balance(&mut desk, "A1"), (6_000, 0));
    assert_eq!(
        desk.refused(&returned("B1", "R2")),
        "BANK_LINE_ALREADY_RETURNED"
    );
    assert_eq!(
        desk.refused(&returned("B2", "R1")),
        "BANK_RETURN_REFERENCE_USED"
    );
    assert_eq!(desk.refused(&book("B1")), "BANK_LINE_ALREADY_RETURNED");
    let payment_id = accepted.outcome.payment_id.unwrap();
    let again = ReversePayment {
        payment_id,
        reason: "再冲一次".to_owned(),
    };
    assert_eq!(
        desk.by("zhao").refused(&again),
        "PAYMENT_ALREADY_REVERSED",
        "a reversal of a reversal"
    );
}

#[test]
fn a_transfer_booked_wrongly_frees_its_line_for_the_right_account() {
    let mut desk = desk();
    open(&mut desk, "B2");
    charge(&mut desk, "B2", "2026-07", 4_000, 0);
    desk.run(&line("B1", 4_000)).unwrap();
    let wrong = desk.run(&book("B1")).unwrap().outcome.payment_id;
    let reverse = ReversePayment {
        payment_id: wrong,
        reason: "收错户".to_owned(),
    };
    desk.by("zhao").run(&reverse).unwrap();
    let right = BookBankLine {
        accounts: vec!["B2".parse().unwrap()],
        ..book("B1")
    };
    desk.run(&right).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10_000, 0));
    assert_eq!(balance(&mut desk, "B2"), (0, 0));
}

#[test]
fn every_event_keeps_its_golden_json() {
    let payment_id: PaymentId = "01900000-0000-7000-8000-000000000001".parse().unwrap();
    let personal = |text: &str| Some(Personal::new("bank_line/B1", text.to_owned()));
    let at = chrono::DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let staff = Actor::Staff("qian".to_owned());
    let shares = || {
        vec![PayrollShare {
            batch_no: "GZ000001".parse().unwrap(),
            amount: Fen::new(126_840),
        }]
    };
    let events = [
        BankLineEvent::Entered(BankLineEntered {
            bank_reference: reference("B1"),
            amount: Fen::new(126_840),
            booked_on: "2026-09-16".parse().unwrap(),
            payer: personal("王芳"),
            memo: personal("北苑 3 栋水电费"),
            account_no: Some("A1".parse().unwrap()),
            entered_by: Actor::Staff("qian".to_owned()),
        }),
        BankLineEvent::Held {
            reason: "附言不清".to_owned(),
        },
        BankLineEvent::Booked {
            payment_id: payment_id.clone(),
        },
        BankLineEvent::Released {
            payment_id: payment_id.clone(),
        },
        BankLineEvent::Matched {
            shares: shares(),
            at,
            by: staff.clone(),
        },
        BankLineEvent::Unmatched {
            shares: shares(),
            reason: "配错批次".to_owned(),
            at,
            by: staff,
        },
        BankLineEvent::Returned {
            return_reference: reference("R1"),
            reason: "收款账号有误".to_owned(),
            payment_id: Some(payment_id),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<BankLineEvent>(&json).unwrap(), event);
    }
}
