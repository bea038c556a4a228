use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;

use super::*;
use crate::account::CommodityAmount;
use crate::account::fixture::{balance, bill_no, charge, open};
use crate::desk::Desk;
use crate::units::{Commodity, Fen, PaymentId};

/// A1 owes 100.00 for July and 50.00 for August; B2 owes 70.00 for July.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-09-01");
    open(&mut desk, "A1");
    open(&mut desk, "B2");
    charge(&mut desk, "A1", "2026-07", 6000, 4000);
    charge(&mut desk, "A1", "2026-08", 5000, 0);
    charge(&mut desk, "B2", "2026-07", 0, 7000);
    desk
}

fn cash(amount: i64, accounts: &[&str]) -> RecordPayment {
    RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "S".parse().unwrap(),
        accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
        bills: Vec::new(),
        cheque: None,
        payer: None,
    }
}

fn cheque() -> ChequeDetails {
    ChequeDetails {
        number: "00123456".to_owned(),
        bank: "中国银行校园支行".to_owned(),
        drawer: Some("后勤集团".to_owned()),
    }
}

fn reverse(payment_id: &PaymentId) -> ReversePayment {
    ReversePayment {
        payment_id: payment_id.clone(),
        reason: "收错户".to_owned(),
    }
}

fn amounts(booked: &PaymentBooked) -> Vec<(String, i64)> {
    let amount = |it: &PaymentAllocation| (it.bill_no.to_string(), it.amount.value());
    booked.allocations.iter().map(amount).collect()
}

#[test]
fn one_payment_settles_several_accounts_and_months_oldest_bill_first() {
    let mut desk = desk();
    let accepted = desk.run(&cash(20000, &["A1", "B2"])).unwrap();
    assert_eq!(
        amounts(&accepted.outcome),
        [
            ("A1-202607".to_owned(), 10000),
            ("B2-202607".to_owned(), 7000),
            ("A1-202608".to_owned(), 3000)
        ]
    );
    assert_eq!(accepted.outcome.credits, []);
    assert_eq!(
        accepted.event_types(),
        [
            "cash_month.till_opened",
            "till.opened",
            "till.payment_taken",
            "payment.recorded",
            "account.payment_allocated",
            "account.payment_allocated",
            "account.payment_allocated",
            "campus_clearing.owed"
        ]
    );
    assert_eq!(balance(&mut desk, "A1"), (2000, 0));
    assert_eq!(balance(&mut desk, "B2"), (0, 0));
}

#[test]
fn too_much_stays_as_credit_of_the_first_account() {
    let mut desk = desk();
    let booked = desk.run(&cash(8000, &["B2"])).unwrap().outcome;
    assert_eq!(booked.credits[0].amount, Fen::new(1000));
    assert_eq!(balance(&mut desk, "B2"), (0, 1000));
    charge(&mut desk, "B2", "2026-08", 0, 1500);
    assert_eq!(balance(&mut desk, "B2"), (500, 0));
}

#[test]
fn chosen_bills_are_paid_and_no_others() {
    let mut desk = desk();
    let chosen = RecordPayment {
        bills: vec![bill_no("A1", "2026-08")],
        ..cash(6000, &[])
    };
    let booked = desk.run(&chosen).unwrap().outcome;
    assert_eq!(amounts(&booked), [("A1-202608".to_owned(), 5000)]);
    assert_eq!(balance(&mut desk, "A1"), (10000, 1000));
    assert_eq!(desk.refused(&chosen), "PAYMENT_BILL_NOT_OPEN");
}

#[test]
fn bad_payments_are_refused_and_leave_no_trace() {
    let mut desk = desk();
    let bill = |text: &str| vec![text.parse().unwrap()];
    let many: Vec<String> = (0..101).map(|number| format!("X{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let blank = ChequeDetails {
        bank: " ".to_owned(),
        ..cheque()
    };
    let by_cheque = RecordPayment {
        method: PaymentMethod::Cheque,
        ..cash(100, &["A1"])
    };
    let cases = [
        (cash(0, &["A1"]), "PAYMENT_NOT_POSITIVE"),
        (cash(-100, &["A1"]), "PAYMENT_NOT_POSITIVE"),
        (cash(100, &[]), "PAYMENT_NO_ACCOUNT"),
        (
            RecordPayment {
                campus: "X".parse().unwrap(),
                ..cash(100, &["A1"])
            },
            "CAMPUS_UNKNOWN",
        ),
        (cash(100, &many), "PAYMENT_TOO_MANY_ACCOUNTS"),
        (cash(100, &["A1", "X9"]), "PAYMENT_ACCOUNT_UNKNOWN"),
        (
            RecordPayment {
                bills: bill("A1-202601"),
                ..cash(100, &["A1"])
            },
            "PAYMENT_BILL_UNKNOWN",
        ),
        (
            RecordPayment {
                bills: bill("A1"),
                ..cash(100, &["A1"])
            },
            "PAYMENT_BILL_UNKNOWN",
        ),
        (
            RecordPayment {
                cheque: Some(blank),
                ..by_cheque.clone()
            },
            "PAYMENT_CHEQUE_INCOMPLETE",
        ),
        (by_cheque, "PAYMENT_CHEQUE_INCOMPLETE"),
        (
            RecordPayment {
                cheque: Some(cheque()),
                ..cash(1, &["A1"])
            },
            "PAYMENT_CHEQUE_UNEXPECTED",
        ),
    ];
    for (payment, code) in cases {
        assert_eq!(desk.refused(&payment), code, "{payment:?}");
    }
    assert_eq!(balance(&mut desk, "A1"), (15000, 0));
    desk.run(&cash(15000, &["A1"])).unwrap();
    assert_eq!(desk.refused(&cash(100, &["A1"])), "PAYMENT_NOTHING_OPEN");
}

#[test]
fn a_cheque_keeps_its_number_bank_and_drawer() {
    let mut desk = desk();
    let payment = RecordPayment {
        method: PaymentMethod::Cheque,
        cheque: Some(cheque()),
        ..cash(100, &["A1"])
    };
    let events = desk.run(&payment).unwrap().events;
    let mut recorded = events
        .iter()
        .filter(|it| it.event_type == "payment.recorded");
    let payload = &recorded.next().unwrap().payload;
    assert_eq!(payload["cheque"]["number"], "00123456");
    assert_eq!(
        payload["cheque"]["drawer"]["$personal"]["subject"],
        "account/A1"
    );
}

#[test]
fn somebody_else_reverses_a_payment_once_and_says_why() {
    let mut desk = desk();
    let payment_id = desk.run(&cash(18000, &["A1"])).unwrap().outcome.payment_id;
    assert_eq!(balance(&mut desk, "A1"), (0, 3000));
    assert_eq!(
        desk.refused(&reverse(&payment_id)),
        "PAYMENT_REVERSED_BY_TAKER"
    );
    desk.by("zhao");
    let silent = ReversePayment {
        reason: "  ".to_owned(),
        ..reverse(&payment_id)
    };
    assert_eq!(desk.refused(&silent), "PAYMENT_REASON_INVALID");
    assert_eq!(
        desk.refused(&reverse(&"p9".parse().unwrap())),
        "PAYMENT_UNKNOWN"
    );
    assert_eq!(
        desk.run(&reverse(&payment_id)).unwrap().event_types(),
        [
            "payment.reversed",
            "account.payment_reversed",
            "till.payment_refunded",
            "campus_clearing.relieved"
        ]
    );
    assert_eq!(balance(&mut desk, "A1"), (15000, 0));
    assert_eq!(
        desk.refused(&reverse(&payment_id)),
        "PAYMENT_ALREADY_REVERSED"
    );
}

fn by_cheque(amount: i64) -> RecordPayment {
    RecordPayment {
        method: PaymentMethod::Cheque,
        cheque: Some(cheque()),
        ..cash(amount, &["A1"])
    }
}

fn bounce(payment_id: &PaymentId) -> BounceCheque {
    BounceCheque {
        payment_id: payment_id.clone(),
        reason: "存款不足".to_owned(),
    }
}

#[test]
fn r26_a_cheque_bounces_once_opens_its_bills_and_may_come_again() {
    let mut desk = desk();
    let payment_id = desk.run(&by_cheque(15000)).unwrap().outcome.payment_id;
    let twice = RecordPayment {
        accounts: vec!["B2".parse().unwrap()],
        ..by_cheque(100)
    };
    assert_eq!(desk.refused(&twice), "PAYMENT_CHEQUE_USED");
    assert_eq!(
        desk.refused(&bounce(&payment_id)),
        "PAYMENT_REVERSED_BY_TAKER"
    );
    desk.by("qian");
    let clear = |payment_id: &PaymentId| ClearCheque {
        payment_id: payment_id.clone(),
    };
    let accepted = desk.run(&bounce(&payment_id)).unwrap();
    assert_eq!(
        accepted.event_types(),
        [
            "payment.cheque_bounced",
            "payment.reversed",
            "account.payment_reversed",
            "campus_clearing.relieved"
        ],
        "the till is as it was: the cheque has long been at the bank"
    );
    assert_eq!(balance(&mut desk, "A1"), (15000, 0));
    assert_eq!(desk.refused(&bounce(&payment_id)), "PAYMENT_CHEQUE_BOUNCED");
    assert_eq!(desk.refused(&clear(&payment_id)), "PAYMENT_CHEQUE_BOUNCED");
    let again = desk.by("li").run(&by_cheque(15000)).unwrap().outcome;
    desk.by("qian").run(&clear(&again.payment_id)).unwrap();
    assert_eq!(
        desk.refused(&clear(&again.payment_id)),
        "PAYMENT_CHEQUE_CLEARED"
    );
    assert_eq!(
        desk.refused(&bounce(&again.payment_id)),
        "PAYMENT_CHEQUE_CLEARED"
    );
    assert_eq!(
        desk.refused(&reverse(&again.payment_id)),
        "PAYMENT_CHEQUE_CLEARED"
    );
    let of_cash = desk.by("li").run(&cash(100, &["B2"])).unwrap().outcome;
    desk.by("qian");
    assert_eq!(
        desk.refused(&bounce(&of_cash.payment_id)),
        "PAYMENT_NOT_A_CHEQUE"
    );
    assert_eq!(
        desk.refused(&bounce(&"p9".parse().unwrap())),
        "PAYMENT_UNKNOWN"
    );
}

#[test]
fn a_transfer_is_not_taken_at_a_counter_and_who_pays_for_another_is_kept() {
    let mut desk = desk();
    let transfer = RecordPayment {
        method: PaymentMethod::Transfer,
        ..cash(100, &["A1"])
    };
    assert_eq!(desk.refused(&transfer), "PAYMENT_NOT_AT_COUNTER");
    let too_long = RecordPayment {
        payer: Some("长".repeat(61)),
        ..cash(100, &["A1"])
    };
    assert_eq!(desk.refused(&too_long), "PAYMENT_PAYER_INVALID");
    let for_another = RecordPayment {
        payer: Some(" 李雷 ".to_owned()),
        ..cash(100, &["A1"])
    };
    let booked = desk.run(&for_another).unwrap().outcome;
    let payment: Payment = desk.state(booked.payment_id.as_str());
    let recorded = &payment.recorded(&booked.payment_id).unwrap().recorded;
    assert_eq!(recorded.payer.as_ref().unwrap().value().unwrap(), "李雷");
}

const PAYMENT: &str = "01900000-0000-7000-8000-000000000001";

fn recorded(at: DateTime<Utc>) -> PaymentRecorded {
    let part = |commodity, amount| CommodityAmount {
        commodity,
        amount: Fen::new(amount),
    };
    PaymentRecorded {
        payment_id: PAYMENT.parse().unwrap(),
        method: PaymentMethod::Cheque,
        amount: Fen::new(10300),
        campus: "S".parse().unwrap(),
        cheque: Some(Cheque {
            number: "00123456".to_owned(),
            bank: "中国银行校园支行".to_owned(),
            drawer: Some(Personal::new("account/A1", "后勤集团".to_owned())),
        }),
        payer: Some(Personal::new(
            format!("payment/{PAYMENT}"),
            "李雷".to_owned(),
        )),
        bank_reference: Some("B20260916-001".parse().unwrap()),
        transfer_claim: Some("01900000-0000-7000-8000-000000000003".parse().unwrap()),
        voucher: Some(TransferVoucher {
            number: "2026-17".to_owned(),
            on: "2026-09-30".parse().unwrap(),
        }),
        till: Some("S@2026-08-29@li".parse().unwrap()),
        clearing: vec![CampusShare {
            campus: "N".parse().unwrap(),
            amount: Fen::new(10300),
        }],
        allocations: vec![PaymentAllocation {
            account_no: "A1".parse().unwrap(),
            bill_no: bill_no("A1", "2026-07"),
            month: "2026-07".parse().unwrap(),
            amount: Fen::new(10000),
            parts: vec![
                part(Commodity::Water, 6000),
                part(Commodity::Electricity, 3900),
            ],
            late_fee: Some(Fen::new(100)),
        }],
        credits: vec![PaymentCredit {
            account_no: "A1".parse().unwrap(),
            amount: Fen::new(200),
        }],
        deposits: vec![PaymentCredit {
            account_no: "A1".parse().unwrap(),
            amount: Fen::new(100),
        }],
        paid_at: at,
        taken_by: Actor::Staff("li".to_owned()),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of every event")]
fn every_event_keeps_its_golden_json() {
    let at = DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let payment_id: PaymentId = PAYMENT.parse().unwrap();
    let item = |part, amount| ReceiptItem {
        account_no: "A1".parse().unwrap(),
        part,
        amount: Fen::new(amount),
    };
    let events = [
        PaymentEvent::Recorded(Box::new(recorded(at))),
        PaymentEvent::ReceiptIssued(ReceiptGiven {
            payment_id: payment_id.clone(),
            receipt_no: "S-2026-000123".parse().unwrap(),
            campus: "S".parse().unwrap(),
            items: vec![
                item(ReceiptPart::Water, 6000),
                item(ReceiptPart::Credit, 300),
            ],
            total: Fen::new(6300),
            issued_at: at,
            issued_by: Actor::Staff("li".to_owned()),
        }),
        PaymentEvent::ReceiptReprinted(ReceiptReprinted {
            payment_id: payment_id.clone(),
            receipt_no: "S-2026-000123".parse().unwrap(),
            copy: 1,
            printed_at: at,
            printed_by: Actor::Staff("zhao".to_owned()),
        }),
        PaymentEvent::ReceiptReturned(ReceiptTakenBack {
            payment_id: payment_id.clone(),
            receipt_no: "S-2026-000123".parse().unwrap(),
            lost: Some("登报遗失".to_owned()),
            taken_back_at: at,
            taken_back_by: Actor::Staff("zhao".to_owned()),
        }),
        PaymentEvent::InvoiceExchanged(InvoiceExchanged {
            payment_id: payment_id.clone(),
            receipt_no: "S-2026-000123".parse().unwrap(),
            invoice_no: "26110000000000000001".parse().unwrap(),
            exchanged_at: at,
            exchanged_by: Actor::Staff("li".to_owned()),
        }),
        PaymentEvent::InvoiceReversed(InvoiceReversed {
            payment_id: payment_id.clone(),
            receipt_no: "S-2026-000123".parse().unwrap(),
            invoice_no: "26110000000000000001".parse().unwrap(),
            red_invoice_no: "26110000000000000002".parse().unwrap(),
            reason: RedReason::IssuedInError,
            reversed_at: at,
            reversed_by: Actor::Staff("qian".to_owned()),
        }),
        PaymentEvent::ChequeCleared(ChequeCleared {
            payment_id: payment_id.clone(),
            cleared_at: at,
            cleared_by: Actor::Staff("qian".to_owned()),
        }),
        PaymentEvent::ChequeBounced(ChequeBounced {
            payment_id: payment_id.clone(),
            reason: "存款不足".to_owned(),
            bounced_at: at,
            bounced_by: Actor::Staff("qian".to_owned()),
        }),
        PaymentEvent::Reversed(PaymentReversed {
            payment_id,
            reason: "收错户".to_owned(),
            reversed_at: at,
            reversed_by: Actor::Staff("zhao".to_owned()),
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<PaymentEvent>(&json).unwrap(), event);
    }
}
