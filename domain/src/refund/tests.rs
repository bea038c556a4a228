use chaobiao_decision::{Actor, Personal};
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::Purse;
use crate::account::fixture::{balance, charge, open, record};
use crate::desk::Desk;
use crate::payment::{
    ChequeDetails, ClearCheque, PaymentMethod, RecordDeposit, RecordPayment, ReversePayment,
};
use crate::units::{Fen, RefundId};

/// A1 has a bill of 100.00; li takes 150.00 in cash for it and a deposit of 200.00.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-09-01");
    open(&mut desk, "A1");
    charge(&mut desk, "A1", "2026-08", 6000, 4000);
    let cash = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(15000),
        campus: "N".parse().unwrap(),
        accounts: vec!["A1".parse().unwrap()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    desk.run(&cash).unwrap();
    desk.run(&deposit(PaymentMethod::Cash)).unwrap();
    desk
}

fn deposit(method: PaymentMethod) -> RecordDeposit {
    RecordDeposit {
        account_no: "A1".parse().unwrap(),
        method,
        amount: Fen::new(20000),
        campus: "N".parse().unwrap(),
        cheque: (method == PaymentMethod::Cheque).then(|| ChequeDetails {
            number: "00000001".to_owned(),
            bank: "中国银行".to_owned(),
            drawer: None,
        }),
        payer: None,
    }
}

fn ask(purse: Purse, amount: i64) -> RequestRefund {
    RequestRefund {
        account_no: "A1".parse().unwrap(),
        purse,
        amount: Fen::new(amount),
        method: RefundMethod::Cash,
        payee: None,
        reason: "退房".to_owned(),
    }
}

fn asked(desk: &mut Desk, purse: Purse, amount: i64) -> RefundId {
    let asked = desk.by("zhou").run(&ask(purse, amount)).unwrap();
    asked.outcome.refund_id
}

fn pay(refund_id: &RefundId) -> PayRefund {
    PayRefund {
        refund_id: refund_id.clone(),
        method: RefundMethod::Cash,
        bank_reference: None,
    }
}

fn approve(refund_id: &RefundId) -> ApproveRefund {
    let refund_id = refund_id.clone();
    ApproveRefund { refund_id }
}

fn held(desk: &mut Desk) -> (i64, i64) {
    let account = record(desk, "A1");
    let ledger = account.ledger();
    (ledger.credit().value(), ledger.deposit().value())
}

#[test]
fn r94_a_refund_needs_one_who_asks_another_who_approves_and_neither_took_the_money() {
    let mut desk = desk();
    let refund_id = asked(&mut desk, Purse::Deposit, 20000);
    assert_eq!(
        desk.by("li").refused(&pay(&refund_id)),
        "REFUND_NOT_APPROVED"
    );
    assert_eq!(
        desk.by("zhou").refused(&approve(&refund_id)),
        "REFUND_APPROVED_BY_REQUESTER"
    );
    assert_eq!(
        desk.by("li").refused(&approve(&refund_id)),
        "REFUND_APPROVED_BY_TAKER"
    );
    desk.by("ma").run(&approve(&refund_id)).unwrap();
    assert_eq!(
        desk.by("ma").refused(&approve(&refund_id)),
        "REFUND_ALREADY_APPROVED"
    );
    assert_eq!(
        desk.by("ma").refused(&pay(&refund_id)),
        "REFUND_PAID_BY_APPROVER"
    );
    let paid = desk.by("li").run(&pay(&refund_id)).unwrap();
    assert_eq!(
        paid.event_types(),
        ["till.refund_paid", "refund.paid", "account.refunded"]
    );
    assert_eq!(held(&mut desk), (5000, 0));
    assert_eq!(
        desk.by("li").refused(&pay(&refund_id)),
        "REFUND_ALREADY_PAID"
    );
}

#[test]
fn r94_no_more_goes_out_than_is_there_when_it_goes_out() {
    let mut desk = desk();
    for (amount, code) in [
        (0, "ACCOUNT_REFUND_NOT_COVERED"),
        (-1, "ACCOUNT_REFUND_NOT_COVERED"),
        (5001, "ACCOUNT_REFUND_NOT_COVERED"),
    ] {
        assert_eq!(desk.refused(&ask(Purse::Credit, amount)), code, "{amount}");
    }
    let (one, other) = (
        asked(&mut desk, Purse::Credit, 5000),
        asked(&mut desk, Purse::Credit, 1),
    );
    for refund_id in [&one, &other] {
        desk.by("ma").run(&approve(refund_id)).unwrap();
    }
    desk.by("li").run(&pay(&one)).unwrap();
    assert_eq!(
        desk.by("li").refused(&pay(&other)),
        "ACCOUNT_REFUND_NOT_COVERED"
    );
    let reject = RejectRefund {
        refund_id: other.clone(),
        reason: "已无余额".to_owned(),
    };
    desk.by("ma").run(&reject).unwrap();
    assert_eq!(desk.by("li").refused(&pay(&other)), "REFUND_REJECTED");
    // A bill that comes first has the better right.
    let third = {
        let back = ReturnRefund {
            refund_id: one.clone(),
            reason: "未领取".to_owned(),
        };
        desk.by("qian").run(&back).unwrap();
        assert_eq!(desk.by("qian").refused(&back), "REFUND_ALREADY_RETURNED");
        asked(&mut desk, Purse::Credit, 5000)
    };
    desk.by("ma").run(&approve(&third)).unwrap();
    charge(&mut desk, "A1", "2026-09", 3000, 0);
    assert_eq!(balance(&mut desk, "A1"), (0, 2000));
    assert_eq!(
        desk.by("li").refused(&pay(&third)),
        "ACCOUNT_REFUND_NOT_COVERED"
    );
}

#[test]
fn r94_a_payment_is_not_undone_while_some_of_it_is_refunded() {
    let mut desk = desk();
    let refund_id = asked(&mut desk, Purse::Credit, 1000);
    desk.by("ma").run(&approve(&refund_id)).unwrap();
    desk.by("li").run(&pay(&refund_id)).unwrap();
    let account = record(&mut desk, "A1");
    let lots = account.ledger().refundable(Purse::Credit, Fen::new(1));
    let reverse = ReversePayment {
        payment_id: lots.unwrap()[0].payment_id.clone(),
        reason: "收错户".to_owned(),
    };
    assert_eq!(
        desk.by("zhao").refused(&reverse),
        "ACCOUNT_PAYMENT_REFUNDED"
    );
    let back = ReturnRefund {
        refund_id,
        reason: "交回".to_owned(),
    };
    desk.by("qian").run(&back).unwrap();
    desk.by("zhao").run(&reverse).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10000, 0));
}

#[test]
fn r94_by_bank_a_refund_names_the_payee_and_the_banks_number_which_is_used_once() {
    let mut desk = desk();
    let by_bank = RequestRefund {
        method: RefundMethod::Bank,
        ..ask(Purse::Credit, 100)
    };
    assert_eq!(desk.refused(&by_bank), "REFUND_PAYEE_INVALID");
    let by_bank = RequestRefund {
        payee: Some("王芳 中国银行 6222".to_owned()),
        ..by_bank
    };
    let mut paid = Vec::new();
    for _ in 0..2 {
        let asked = desk.by("zhou").run(&by_bank).unwrap().outcome.refund_id;
        desk.by("ma").run(&approve(&asked)).unwrap();
        assert_eq!(
            desk.by("qian").refused(&pay(&asked)),
            "REFUND_REFERENCE_INVALID"
        );
        paid.push(PayRefund {
            method: RefundMethod::Bank,
            bank_reference: Some("OUT-1".parse().unwrap()),
            ..pay(&asked)
        });
    }
    desk.by("qian").run(&paid[0]).unwrap();
    assert_eq!(desk.by("qian").refused(&paid[1]), "REFUND_REFERENCE_USED");
}

#[test]
fn r94_the_money_of_a_cheque_goes_out_once_the_cheque_is_honoured() {
    let mut desk = Desk::new("2026-09-01");
    open(&mut desk, "A1");
    let taken = desk.run(&deposit(PaymentMethod::Cheque)).unwrap().outcome;
    assert_eq!(
        desk.refused(&ask(Purse::Deposit, 100)),
        "REFUND_CHEQUE_PENDING"
    );
    let payment_id = taken.payment_id;
    desk.by("qian").run(&ClearCheque { payment_id }).unwrap();
    desk.by("zhou").run(&ask(Purse::Deposit, 100)).unwrap();
}

#[test]
fn every_event_keeps_its_golden_json() {
    let at = DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let staff = |login: &str| Actor::Staff(login.to_owned());
    let id = "01900000-0000-7000-8000-000000000001";
    let events = [
        RefundEvent::Requested(RefundRequested {
            refund_id: id.parse().unwrap(),
            account_no: "A1".parse().unwrap(),
            purse: Purse::Deposit,
            amount: Fen::new(11363),
            method: RefundMethod::Bank,
            payee: Some(Personal::new("account/A1", "王芳 中国银行 6222".to_owned())),
            reason: "退房".to_owned(),
            requested_by: staff("zhou"),
            requested_at: at,
        }),
        RefundEvent::Approved {
            approved_by: staff("ma"),
            approved_at: at,
        },
        RefundEvent::Rejected {
            reason: "账户有误".to_owned(),
            rejected_by: staff("ma"),
            rejected_at: at,
        },
        RefundEvent::Paid(RefundPaid {
            amount: Fen::new(11363),
            method: RefundMethod::Bank,
            campus: "N".parse().unwrap(),
            till: Some("N@2026-08-29@li".parse().unwrap()),
            bank_reference: Some("OUT-1".parse().unwrap()),
            paid_by: staff("qian"),
            paid_at: at,
        }),
        RefundEvent::Returned {
            reason: "账号不符".to_owned(),
            till: Some("N@2026-08-29@li".parse().unwrap()),
            returned_by: staff("qian"),
            returned_at: at,
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<RefundEvent>(&json).unwrap(), event);
    }
}
