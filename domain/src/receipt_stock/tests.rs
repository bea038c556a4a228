use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{charge, open};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment, RedReason, ReversePayment};
use crate::receipt::{
    ExchangeForInvoice, IssueReceipt, ReprintReceipt, ReverseInvoice, TakeReceiptBack,
};
use crate::staff::{ContactInput, HireStaff, Role};
use crate::units::{Fen, PaymentId, ReceiptNo};

/// Li has a bundle of the numbers SD000101 to SD000110, and has taken two payments.
fn desk() -> (Desk, Vec<PaymentId>, Vec<ReceiptNo>) {
    let mut desk = Desk::new("2026-09-17");
    for login in ["li", "wu"] {
        let hire = HireStaff {
            login: login.parse().unwrap(),
            name: "李雷".to_owned(),
            department: "营业部".to_owned(),
            position: "收费员".to_owned(),
            campus: None,
            roles: [Role::Cashier].into(),
            contact: ContactInput::default(),
        };
        desk.run(&hire).unwrap();
    }
    open(&mut desk, "A1");
    charge(&mut desk, "A1", "2026-08", 10_000, 0);
    desk.by("zhao").run(&bundle("R1", 101)).unwrap();
    desk.by("li");
    let (mut payments, mut receipts) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let cash = RecordPayment {
            method: PaymentMethod::Cash,
            amount: Fen::new(3_000),
            campus: "N".parse().unwrap(),
            accounts: vec!["A1".parse().unwrap()],
            bills: Vec::new(),
            cheque: None,
            payer: None,
        };
        let payment_id = desk.run(&cash).unwrap().outcome.payment_id;
        receipts.push(desk.run(&issue(&payment_id)).unwrap().outcome.receipt_no);
        payments.push(payment_id);
    }
    (desk, payments, receipts)
}

fn issue(payment_id: &PaymentId) -> IssueReceipt {
    IssueReceipt {
        payment_id: payment_id.clone(),
        campus: "N".parse().unwrap(),
        accounts: Vec::new(),
        parts: Vec::new(),
    }
}

fn bundle(stock_no: &str, first: u32) -> IssueStock {
    IssueStock {
        stock_no: stock_no.parse().unwrap(),
        prefix: "SD".to_owned(),
        digits: 6,
        first,
        last: first + 9,
        campus: "N".parse().unwrap(),
        cashier: "li".parse().unwrap(),
    }
}

fn print(receipt_no: &ReceiptNo, number: u32) -> PrintReceipt {
    PrintReceipt {
        receipt_no: receipt_no.clone(),
        stock_no: "R1".parse().unwrap(),
        number,
    }
}

fn spoil(number: u32) -> SpoilSheet {
    SpoilSheet {
        stock_no: "R1".parse().unwrap(),
        number,
        reason: "卡纸".to_owned(),
    }
}

#[test]
fn r93_a_sheet_is_used_once_by_its_cashier_and_what_was_on_a_spoiled_one_goes_on_another() {
    let (mut desk, _, receipts) = desk();
    let printed = desk.run(&print(&receipts[0], 101)).unwrap().outcome;
    assert_eq!(printed.printed_no, "SD000101");
    assert_eq!(
        desk.refused(&print(&receipts[1], 101)),
        "STOCK_ALREADY_USED"
    );
    assert_eq!(
        desk.refused(&print(&receipts[0], 102)),
        "STOCK_RECEIPT_ON_PAPER"
    );
    assert_eq!(
        desk.refused(&print(&receipts[1], 111)),
        "STOCK_NOT_IN_BUNDLE"
    );
    assert_eq!(
        desk.by("wu").refused(&print(&receipts[1], 102)),
        "STOCK_NOT_YOURS"
    );
    desk.by("li").run(&spoil(101)).unwrap();
    assert_eq!(desk.refused(&spoil(101)), "STOCK_ALREADY_SPOILED");
    assert_eq!(
        desk.refused(&print(&receipts[1], 101)),
        "STOCK_ALREADY_SPOILED"
    );
    desk.run(&print(&receipts[0], 102)).unwrap();
    let back = ReturnStock {
        stock_no: "R1".parse().unwrap(),
    };
    assert_eq!(desk.refused(&back), "STOCK_RETURNED_TO_CASHIER");
    let returned = desk.by("zhao").run(&back).unwrap();
    let counts = &returned.events[0].payload;
    assert_eq!(
        (&counts["used"], &counts["spoiled"], &counts["unused"]),
        (&1.into(), &1.into(), &8.into())
    );
    assert_eq!(desk.refused(&back), "STOCK_ALREADY_RETURNED");
    assert_eq!(
        desk.by("li").refused(&print(&receipts[1], 103)),
        "STOCK_ALREADY_RETURNED"
    );
}

#[test]
fn bad_bundles_are_refused() {
    let (mut desk, ..) = desk();
    let wrong = |change: fn(&mut IssueStock)| {
        let mut issue = bundle("R2", 201);
        change(&mut issue);
        issue
    };
    let cases = [
        (bundle("R1", 201), "STOCK_ALREADY_ISSUED"),
        (bundle("R2", 110), "STOCK_NUMBER_TAKEN"),
        (wrong(|it| it.last = 200), "STOCK_RANGE_INVALID"),
        (wrong(|it| it.last = 251), "STOCK_RANGE_INVALID"),
        (wrong(|it| it.digits = 2), "STOCK_RANGE_INVALID"),
        (
            wrong(|it| it.prefix = "收".to_owned()),
            "STOCK_RANGE_INVALID",
        ),
        (
            wrong(|it| it.campus = "X".parse().unwrap()),
            "CAMPUS_UNKNOWN",
        ),
        (
            wrong(|it| it.cashier = "nobody".parse().unwrap()),
            "STAFF_UNKNOWN",
        ),
    ];
    for (issue, code) in cases {
        assert_eq!(desk.refused(&issue), code, "{issue:?}");
    }
}

#[test]
fn r93_an_invoice_takes_the_receipt_back_and_is_reversed_never_deleted() {
    let (mut desk, payments, receipts) = desk();
    let exchange = |number: &str| ExchangeForInvoice {
        receipt_no: receipts[0].clone(),
        invoice_no: number.parse().unwrap(),
    };
    let (first, red) = ("26110000000000000001", "26110000000000000002");
    desk.run(&exchange(first)).unwrap();
    assert_eq!(desk.refused(&exchange(red)), "RECEIPT_EXCHANGED");
    let other = ExchangeForInvoice {
        receipt_no: receipts[1].clone(),
        ..exchange(first)
    };
    assert_eq!(desk.refused(&other), "INVOICE_NUMBER_USED");
    let reprint = ReprintReceipt {
        receipt_no: receipts[0].clone(),
    };
    assert_eq!(desk.refused(&reprint), "RECEIPT_EXCHANGED");
    assert_eq!(desk.refused(&print(&receipts[0], 101)), "RECEIPT_EXCHANGED");

    // The payment is undone while the invoice stands: only a red one frees its bills.
    let undo = ReversePayment {
        payment_id: payments[0].clone(),
        reason: "收错户".to_owned(),
    };
    desk.by("zhao").run(&undo).unwrap();
    desk.by("li");
    let again = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(7_000),
        campus: "N".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    let paid = desk.run(&again).unwrap().outcome.payment_id;
    assert_eq!(desk.refused(&issue(&paid)), "RECEIPT_STILL_OUT");
    let take_back = TakeReceiptBack {
        receipt_no: receipts[0].clone(),
        lost: None,
    };
    assert_eq!(desk.refused(&take_back), "RECEIPT_EXCHANGED");
    let reverse = |invoice: &str, red: &str| ReverseInvoice {
        invoice_no: invoice.parse().unwrap(),
        red_invoice_no: red.parse().unwrap(),
        reason: RedReason::ServiceEnded,
    };
    assert_eq!(desk.refused(&reverse(red, first)), "INVOICE_UNKNOWN");
    assert_eq!(desk.refused(&reverse(first, first)), "INVOICE_NUMBER_USED");
    desk.run(&reverse(first, red)).unwrap();
    assert_eq!(
        desk.refused(&reverse(first, "26110000000000000003")),
        "INVOICE_ALREADY_REVERSED"
    );
    desk.run(&issue(&paid)).unwrap();
}

#[test]
fn every_event_keeps_its_golden_json() {
    let printed_no = || "SD000101".to_owned();
    let events = [
        ReceiptStockEvent::Issued(StockIssued {
            stock_no: "R1".parse().unwrap(),
            prefix: "SD".to_owned(),
            digits: 6,
            first: 101,
            last: 200,
            campus: "N".parse().unwrap(),
            cashier: "li".parse().unwrap(),
            issued_by: Actor::Staff("zhao".to_owned()),
        }),
        ReceiptStockEvent::Used {
            number: 101,
            printed_no: printed_no(),
            receipt_no: "N-2026-000123".parse().unwrap(),
        },
        ReceiptStockEvent::Spoiled {
            number: 101,
            printed_no: printed_no(),
            reason: "卡纸".to_owned(),
            receipt_no: Some("N-2026-000123".parse().unwrap()),
        },
        ReceiptStockEvent::Returned {
            used: 90,
            spoiled: 2,
            unused: 8,
            returned_to: Actor::Staff("zhao".to_owned()),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ReceiptStockEvent>(&json).unwrap(),
            event
        );
    }
}
