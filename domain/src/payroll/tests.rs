use chaobiao_decision::{Actor, Personal};
use chrono::DateTime;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{balance, charge, open};
use crate::bank_line::{BankLineGiven, BookBankLine, EnterBankLines, PayrollShare, ReturnBankLine};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, ReversePayment};
use crate::units::{AccountNo, BankReference, Fen, PayrollBatchNo};

fn account(number: &str) -> AccountNo {
    number.parse().unwrap()
}

/// A1 owes 100.00, A2 50.00; both have agreed, and are asked for it.
fn asked() -> (Desk, PayrollBatchNo) {
    let mut desk = Desk::new("2026-10-08");
    for (number, owed) in [("A1", 10_000), ("A2", 5_000), ("A3", 700)] {
        open(&mut desk, number);
        charge(&mut desk, number, "2026-09", owed, 0);
    }
    for number in ["A1", "A2"] {
        let agree = AgreeToPayroll {
            account_no: account(number),
            employee_no: format!("T-{number}"),
        };
        desk.by("qian").run(&agree).unwrap();
        assert_eq!(desk.refused(&agree), "PAYROLL_ALREADY_AGREED");
    }
    let batch_no = desk.run(&opening(0)).unwrap().outcome;
    assert_eq!(batch_no.as_str(), "GZ000001");
    (desk, batch_no)
}

fn opening(after: u32) -> OpenPayrollBatch {
    let row = |number: &str, amount: i64| PayrollAsked {
        account_no: account(number),
        amount: Fen::new(amount),
    };
    OpenPayrollBatch {
        month: "2026-10".parse().unwrap(),
        counted: CountedDebts {
            rows: vec![row("A1", 10_000), row("A2", 5_000)],
            after,
        },
    }
}

fn result(number: &str, deducted: i64, reason: Option<&str>) -> PayrollResult {
    PayrollResult {
        account_no: account(number),
        deducted: Fen::new(deducted),
        reason: reason.map(str::to_owned),
    }
}

fn take(batch_no: &PayrollBatchNo, result: PayrollResult) -> TakePayrollResult {
    TakePayrollResult {
        batch_no: batch_no.clone(),
        result,
    }
}

#[test]
fn r94_each_deducted_row_is_a_payment_and_the_same_file_again_is_none() {
    let (mut desk, batch_no) = asked();
    assert_eq!(desk.refused(&opening(0)), "PAYROLL_ALREADY_OPENED");
    let rows = TakePayrollResults {
        batch_no: batch_no.clone(),
        rows: vec![
            result("A1", 10_000, None),
            result("A2", 0, Some("工资不足")),
            result("A3", 700, None),
        ],
    };
    let taken = desk.run(&rows).unwrap();
    assert_eq!(
        taken.event_types(),
        [
            "payment.recorded",
            "account.payment_allocated",
            "payroll_batch.row_paid",
            "payroll_batch.row_refused"
        ]
    );
    let code = |row: &PayrollRowTaken| match &row.verdict {
        PayrollRowVerdict::Paid(_) => "paid".to_owned(),
        PayrollRowVerdict::NotDeducted => "not_deducted".to_owned(),
        PayrollRowVerdict::Known => "known".to_owned(),
        PayrollRowVerdict::Refused(rejection) => rejection.code.clone(),
    };
    let codes: Vec<String> = taken.outcome.rows.iter().map(code).collect();
    assert_eq!(codes, ["paid", "not_deducted", "PAYROLL_ROW_UNKNOWN"]);
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
    assert_eq!(balance(&mut desk, "A2"), (5_000, 0));
    assert_eq!(balance(&mut desk, "A3"), (700, 0));
    let again = desk.run(&rows).unwrap();
    assert!(again.events.is_empty());
    let codes: Vec<String> = again.outcome.rows.iter().map(code).collect();
    assert_eq!(codes, ["known", "known", "PAYROLL_ROW_UNKNOWN"]);
}

#[test]
fn r94_a_row_is_paid_once_and_never_more_than_was_asked() {
    let (mut desk, batch_no) = asked();
    let much = take(&batch_no, result("A1", 10_001, None));
    assert_eq!(desk.refused(&much), "PAYROLL_MORE_THAN_ASKED");
    let below = take(&batch_no, result("A1", -1, None));
    assert_eq!(desk.refused(&below), "PAYROLL_NEGATIVE");
    let mute = take(&batch_no, result("A1", 0, None));
    assert_eq!(desk.refused(&mute), "PAYROLL_REASON_INVALID");
    let elsewhere = take(&"GZ000009".parse().unwrap(), result("A1", 1, None));
    assert_eq!(desk.refused(&elsewhere), "PAYROLL_UNKNOWN");
    // Some of it; the rest stays open.
    let some = take(&batch_no, result("A1", 4_000, None));
    let taken = desk.run(&some).unwrap();
    let PayrollRowVerdict::Paid(payment_id) = taken.outcome.verdict else {
        panic!("{:?}", taken.outcome);
    };
    assert_eq!(balance(&mut desk, "A1"), (6_000, 0));
    let other = take(&batch_no, result("A1", 6_000, None));
    assert_eq!(desk.refused(&other), "PAYROLL_PAID_OTHERWISE");
    let none = take(&batch_no, result("A1", 0, Some("工资不足")));
    assert_eq!(desk.refused(&none), "PAYROLL_PAID_OTHERWISE");
    // A row that was refused may be deducted after all.
    desk.run(&take(&batch_no, result("A2", 0, Some("请假"))))
        .unwrap();
    desk.run(&take(&batch_no, result("A2", 5_000, None)))
        .unwrap();
    assert_eq!(balance(&mut desk, "A2"), (0, 0));
    // It passes no till, and is undone as any payment is, by somebody else.
    let state: crate::payment::Payment = desk.state(payment_id.as_str());
    let recorded = &state.recorded(&payment_id).unwrap().recorded;
    assert_eq!(
        (recorded.method, &recorded.till),
        (PaymentMethod::Payroll, &None)
    );
    let reverse = ReversePayment {
        payment_id,
        reason: "扣错人".to_owned(),
    };
    assert_eq!(
        desk.by("qian").refused(&reverse),
        "PAYMENT_REVERSED_BY_TAKER"
    );
    desk.by("ma").run(&reverse).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10_000, 0));
}

fn money(desk: &mut Desk, amount: i64) -> BankReference {
    let bank_reference: BankReference = "B1".parse().unwrap();
    let line = BankLineGiven {
        bank_reference: bank_reference.clone(),
        amount: Fen::new(amount),
        booked_on: "2026-10-08".parse().unwrap(),
        payer: None,
        memo: None,
        account_no: None,
    };
    desk.run(&EnterBankLines { lines: vec![line] }).unwrap();
    bank_reference
}

#[test]
fn r94_what_the_payroll_office_pays_in_is_set_against_its_batches_and_is_no_payment() {
    let (mut desk, first) = asked();
    let second = desk.run(&opening(1)).unwrap().outcome;
    let bank_reference = money(&mut desk, 15_000);
    let set = |shares: &[(&PayrollBatchNo, i64)]| MatchPayrollMoney {
        bank_reference: bank_reference.clone(),
        shares: shares
            .iter()
            .map(|(batch_no, amount)| PayrollShare {
                batch_no: (*batch_no).clone(),
                amount: Fen::new(*amount),
            })
            .collect(),
    };
    for shares in [
        &[][..],
        &[(&first, 14_999)],
        &[(&first, 10_000), (&first, 5_000)],
        &[(&first, 15_001), (&second, -1)],
    ] {
        assert_eq!(desk.refused(&set(shares)), "BANK_LINE_SHARES_INVALID");
    }
    let nowhere: PayrollBatchNo = "GZ000009".parse().unwrap();
    assert_eq!(desk.refused(&set(&[(&nowhere, 15_000)])), "PAYROLL_UNKNOWN");
    let both = set(&[(&first, 10_000), (&second, 5_000)]);
    let taken = desk.run(&both).unwrap();
    let received = "payroll_batch.money_received";
    assert_eq!(
        taken.event_types(),
        ["bank_line.matched", received, received]
    );
    assert_eq!(desk.refused(&both), "BANK_LINE_ALREADY_MATCHED");
    let book = BookBankLine {
        bank_reference: bank_reference.clone(),
        accounts: vec![account("A1")],
        bills: Vec::new(),
        payer: None,
    };
    assert_eq!(desk.refused(&book), "BANK_LINE_ALREADY_MATCHED");
    assert_eq!(
        balance(&mut desk, "A1"),
        (10_000, 0),
        "no payment of anybody"
    );
    let free = |reason: &str| UnmatchPayrollMoney {
        bank_reference: bank_reference.clone(),
        reason: reason.to_owned(),
    };
    assert_eq!(desk.refused(&free(" ")), "BANK_LINE_REASON_INVALID");
    desk.run(&free("配错批次")).unwrap();
    assert_eq!(desk.refused(&free("再来")), "BANK_LINE_NOT_MATCHED");
    desk.run(&set(&[(&second, 15_000)])).unwrap();
    // What the bank takes back is no longer at the batch either.
    let back = ReturnBankLine {
        bank_reference: bank_reference.clone(),
        return_reference: "R1".parse().unwrap(),
        reason: "工资部门汇错".to_owned(),
    };
    assert_eq!(
        desk.run(&back).unwrap().event_types(),
        [
            "bank_line.unmatched",
            "payroll_batch.money_released",
            "bank_line.returned"
        ]
    );
    assert_eq!(desk.refused(&both), "BANK_LINE_ALREADY_RETURNED");
}

#[test]
fn r94_an_agreement_ends_once() {
    let (mut desk, _) = asked();
    let end = EndPayroll {
        account_no: account("A1"),
        reason: "本人申请".to_owned(),
    };
    desk.run(&end).unwrap();
    assert_eq!(desk.refused(&end), "PAYROLL_NOT_AGREED");
    let agree = AgreeToPayroll {
        account_no: account("A1"),
        employee_no: " ".to_owned(),
    };
    assert_eq!(desk.refused(&agree), "PAYROLL_EMPLOYEE_NO_INVALID");
    let unknown = AgreeToPayroll {
        account_no: account("NONE"),
        employee_no: "T1".to_owned(),
    };
    assert_eq!(desk.refused(&unknown), "ACCOUNT_UNKNOWN");
    let mut none = opening(1);
    none.counted.rows.clear();
    assert_eq!(desk.refused(&none), "PAYROLL_NOTHING_TO_DEDUCT");
}

#[test]
fn every_event_keeps_its_golden_json() {
    let at = DateTime::from_timestamp(1_788_000_000, 0).unwrap();
    let staff = Actor::Staff("qian".to_owned());
    let mandates = [
        PayrollMandateEvent::Agreed(MandateAgreed {
            account_no: account("A1"),
            employee_no: Personal::new("account/A1", "T1001".to_owned()),
            agreed_at: at,
            noted_by: staff.clone(),
        }),
        PayrollMandateEvent::Ended {
            reason: "本人申请".to_owned(),
            ended_at: at,
            ended_by: staff.clone(),
        },
    ];
    for event in mandates {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        let read: PayrollMandateEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, event);
    }
    let batch_no: PayrollBatchNo = "GZ000001".parse().unwrap();
    let batches = [
        PayrollBatchEvent::Opened(PayrollBatchOpened {
            batch_no,
            month: "2026-10".parse().unwrap(),
            rows: vec![PayrollAsked {
                account_no: account("A1"),
                amount: Fen::new(10_000),
            }],
            total: Fen::new(10_000),
            opened_at: at,
            opened_by: staff.clone(),
        }),
        PayrollBatchEvent::RowPaid(PayrollRowPaid {
            account_no: account("A1"),
            amount: Fen::new(10_000),
            payment_id: "p1".parse().unwrap(),
            at,
            by: staff.clone(),
        }),
        PayrollBatchEvent::RowRefused {
            account_no: account("A2"),
            reason: "工资不足".to_owned(),
            at,
            by: staff.clone(),
        },
        PayrollBatchEvent::MoneyReceived {
            bank_reference: "B1".parse().unwrap(),
            amount: Fen::new(10_000),
            at,
            by: staff.clone(),
        },
        PayrollBatchEvent::MoneyReleased {
            bank_reference: "B1".parse().unwrap(),
            amount: Fen::new(10_000),
            reason: "配错批次".to_owned(),
            at,
            by: staff,
        },
    ];
    for event in batches {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<PayrollBatchEvent>(&json).unwrap(),
            event
        );
    }
}
