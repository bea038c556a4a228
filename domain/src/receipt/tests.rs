use cqrs_es::DomainEvent;
use proptest::prelude::*;

use super::*;
use crate::account::fixture::{balance, campus, charge, open};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, ReceiptPart, RecordPayment, ReversePayment};
use crate::units::{Fen, PaymentId};

fn desk() -> Desk {
    let mut desk = Desk::new("2026-09-01");
    for account_no in ["A1", "B2"] {
        open(&mut desk, account_no);
        charge(&mut desk, account_no, "2026-07", 6000, 4000);
    }
    desk
}

fn payment(amount: i64, accounts: &[&str]) -> RecordPayment {
    RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "N".parse().unwrap(),
        accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
        bills: Vec::new(),
        cheque: None,
        payer: None,
    }
}

fn pay(desk: &mut Desk, amount: i64) -> PaymentId {
    desk.run(&payment(amount, &["A1", "B2"]))
        .unwrap()
        .outcome
        .payment_id
}

fn joint(payment_id: &PaymentId, campus: &str) -> IssueReceipt {
    IssueReceipt {
        payment_id: payment_id.clone(),
        campus: campus.parse().unwrap(),
        accounts: Vec::new(),
        parts: Vec::new(),
    }
}

fn issue(desk: &mut Desk, receipt: &IssueReceipt) -> (String, i64) {
    let booked = desk.run(receipt).unwrap().outcome;
    (booked.receipt_no.to_string(), booked.total.value())
}

#[test]
fn a_joint_receipt_covers_the_whole_payment_once_at_any_campus() {
    let mut desk = desk();
    let payment_id = pay(&mut desk, 21000);
    let unknown = joint(&"p9".parse().unwrap(), "S");
    assert_eq!(desk.refused(&unknown), "PAYMENT_UNKNOWN");
    let accepted = desk.run(&joint(&payment_id, "S")).unwrap();
    assert_eq!(accepted.outcome.receipt_no.as_str(), "S-2026-000001");
    assert_eq!(accepted.outcome.total, Fen::new(21000));
    assert_eq!(
        accepted.event_types(),
        [
            "receipt_book.opened",
            "receipt_book.number_given",
            "payment.receipt_issued"
        ]
    );
    assert_eq!(
        desk.refused(&joint(&payment_id, "S")),
        "RECEIPT_ALREADY_ISSUED"
    );
    assert_eq!(
        desk.refused(&joint(&payment_id, "N")),
        "RECEIPT_ALREADY_ISSUED"
    );
}

#[test]
fn receipts_per_account_and_for_water_and_electricity_apart_add_up_to_the_payment() {
    let mut desk = desk();
    let payment_id = pay(&mut desk, 21000);
    let of = |accounts: &[&str], parts: &[ReceiptPart]| IssueReceipt {
        accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
        parts: parts.to_vec(),
        ..joint(&payment_id, "N")
    };
    assert_eq!(issue(&mut desk, &of(&["B2"], &[])).1, 10000);
    assert_eq!(
        issue(&mut desk, &of(&["A1"], &[ReceiptPart::Water])).1,
        6000
    );
    assert_eq!(desk.refused(&of(&[], &[])), "RECEIPT_ALREADY_ISSUED");
    assert_eq!(
        desk.refused(&of(&["A1"], &[ReceiptPart::Water])),
        "RECEIPT_ALREADY_ISSUED"
    );
    assert_eq!(desk.refused(&of(&["X9"], &[])), "RECEIPT_NOTHING_COVERED");
    let rest = of(&["A1"], &[ReceiptPart::Electricity, ReceiptPart::Credit]);
    assert_eq!(issue(&mut desk, &rest), ("N-2026-000003".to_owned(), 5000));
}

#[test]
fn numbers_run_on_through_the_year_and_start_again_with_the_next() {
    let mut desk = desk();
    charge(&mut desk, "A1", "2026-08", 900, 0);
    let mut next = |day: &str, campus: &str| {
        desk.on(day);
        let payment_id = desk.run(&payment(1, &["A1"])).unwrap().outcome.payment_id;
        issue(&mut desk, &joint(&payment_id, campus)).0
    };
    assert_eq!(next("2026-09-30", "N"), "N-2026-000001");
    assert_eq!(next("2026-11-01", "N"), "N-2026-000002");
    assert_eq!(next("2026-11-01", "S"), "S-2026-000001");
    // A clock that is behind does not go back to a closed book.
    assert_eq!(next("2026-09-30", "N"), "N-2026-000003");
    assert_eq!(next("2026-08-31", "N"), "N-2026-000004");
    assert_eq!(next("2026-10-15", "N"), "N-2026-000005");
    assert_eq!(next("2026-12-31", "N"), "N-2026-000006");
    assert_eq!(next("2027-01-01", "N"), "N-2027-000001");
    assert_eq!(next("2026-12-31", "N"), "N-2026-000007");
    let book: ReceiptBook = desk.state("N-202611");
    assert_eq!(
        book,
        ReceiptBook::Closed {
            carried_to: "2026-12".parse().unwrap()
        }
    );
}

#[test]
fn a_reprint_is_a_numbered_copy_of_a_receipt_that_stands() {
    let mut desk = desk();
    let payment_id = pay(&mut desk, 20000);
    let receipt_no = desk
        .run(&joint(&payment_id, "N"))
        .unwrap()
        .outcome
        .receipt_no;
    let reprint = ReprintReceipt { receipt_no };
    for copy in 1..=2 {
        assert_eq!(desk.run(&reprint).unwrap().events[0].payload["copy"], copy);
    }
    let unknown = ReprintReceipt {
        receipt_no: "N-2026-000009".parse().unwrap(),
    };
    assert_eq!(desk.refused(&unknown), "RECEIPT_UNKNOWN");
    desk.by("zhao");
    let reason = "收错户".to_owned();
    desk.run(&ReversePayment {
        payment_id: payment_id.clone(),
        reason,
    })
    .unwrap();
    assert_eq!(desk.refused(&reprint), "RECEIPT_PAYMENT_REVERSED");
    assert_eq!(
        desk.refused(&joint(&payment_id, "N")),
        "RECEIPT_PAYMENT_REVERSED"
    );
}

#[test]
fn a_campus_that_is_unknown_or_whose_numbers_would_not_fit_is_refused() {
    let mut desk = desk();
    let payment_id = pay(&mut desk, 100);
    assert_eq!(desk.refused(&joint(&payment_id, "X")), "CAMPUS_UNKNOWN");
    let (long, longest) = ("C".repeat(37), "C".repeat(36));
    campus(&mut desk, &long);
    campus(&mut desk, &longest);
    assert_eq!(
        desk.refused(&joint(&payment_id, &long)),
        "RECEIPT_CAMPUS_TOO_LONG"
    );
    issue(&mut desk, &joint(&payment_id, &longest));
}

#[test]
fn every_event_keeps_its_golden_json() {
    let events = [
        ReceiptBookEvent::Opened {
            campus: "N".parse().unwrap(),
            month: "2026-09".parse().unwrap(),
            carried: 122,
        },
        ReceiptBookEvent::NumberGiven {
            number: 123,
            receipt_no: "N-2026-000123".parse().unwrap(),
            payment_id: "01900000-0000-7000-8000-000000000001".parse().unwrap(),
            total: Fen::new(126_840),
        },
        ReceiptBookEvent::Closed {
            carried_to: "2026-10".parse().unwrap(),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ReceiptBookEvent>(&json).unwrap(),
            event
        );
    }
}

#[derive(Clone, Debug)]
enum Step {
    Charge {
        account: usize,
        water: i64,
        electricity: i64,
    },
    Pay {
        accounts: Vec<usize>,
        amount: i64,
    },
    Reverse {
        payment: usize,
    },
    Receipt {
        payment: usize,
        campus: usize,
    },
    NextMonth,
}

const ACCOUNTS: [&str; 3] = ["A1", "B2", "C3"];
const CAMPUSES: [&str; 2] = ["N", "S"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3_usize, 0..500_i64, 0..500_i64)
            .prop_map(|(account, water, electricity)| Step::Charge { account, water, electricity }),
        4 => (prop::collection::vec(0..3_usize, 1..4), -2..900_i64)
            .prop_map(|(accounts, amount)| Step::Pay { accounts, amount }),
        2 => (0..12_usize).prop_map(|payment| Step::Reverse { payment }),
        3 => (0..12_usize, 0..2_usize)
            .prop_map(|(payment, campus)| Step::Receipt { payment, campus }),
        1 => Just(Step::NextMonth),
    ]
}

/// What must be true, kept beside the accounts in the plainest way.
#[derive(Default)]
struct Books {
    charged: i64,
    /// Id, amount, reversed.
    payments: Vec<(PaymentId, i64, bool)>,
    receipts: [Vec<String>; 2],
    months: usize,
}

impl Books {
    fn received(&self) -> i64 {
        self.payments
            .iter()
            .filter(|(_, _, reversed)| !reversed)
            .map(|(_, amount, _)| amount)
            .sum()
    }

    fn take(&mut self, desk: &mut Desk, step: Step) {
        desk.by("li");
        match step {
            Step::Charge {
                account,
                water,
                electricity,
            } => {
                let month = format!("{:04}-{:02}", 2020 + self.months / 12, self.months % 12 + 1);
                self.months += 1;
                charge(desk, ACCOUNTS[account], &month, water, electricity);
                self.charged += water + electricity;
            }
            Step::Pay { accounts, amount } => {
                let accounts: Vec<&str> = accounts.into_iter().map(|at| ACCOUNTS[at]).collect();
                if let Ok(accepted) = desk.run(&payment(amount, &accounts)) {
                    self.payments
                        .push((accepted.outcome.payment_id, amount, false));
                }
            }
            Step::Reverse { payment } => {
                let Some((payment_id, _, reversed)) = self.payments.get_mut(payment) else {
                    return;
                };
                let reverse = ReversePayment {
                    payment_id: payment_id.clone(),
                    reason: "误收".to_owned(),
                };
                assert_eq!(desk.by("zhao").run(&reverse).is_err(), *reversed);
                *reversed = true;
            }
            Step::Receipt { payment, campus } => {
                let Some((payment_id, _, _)) = self.payments.get(payment) else {
                    return;
                };
                if let Ok(accepted) = desk.run(&joint(payment_id, CAMPUSES[campus])) {
                    self.receipts[campus].push(accepted.outcome.receipt_no.to_string());
                }
            }
            Step::NextMonth => desk.at += chrono::TimeDelta::days(31),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn money_is_neither_made_nor_lost_and_receipts_have_no_gap(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        // One year, so that the numbers of a campus are one series.
        let mut desk = Desk::new("2026-01-01");
        for account_no in ACCOUNTS {
            open(&mut desk, account_no);
        }
        let mut books = Books::default();
        let mut months_left = 11;
        for step in steps {
            if matches!(step, Step::NextMonth) {
                if months_left == 0 {
                    continue;
                }
                months_left -= 1;
            }
            books.take(&mut desk, step);
            let balances = ACCOUNTS.map(|account_no| balance(&mut desk, account_no));
            prop_assert!(balances.iter().all(|(open, credit)| *open >= 0 && *credit >= 0));
            let open: i64 = balances.iter().map(|(open, _)| open).sum();
            let credit: i64 = balances.iter().map(|(_, credit)| credit).sum();
            prop_assert_eq!(books.charged - open + credit, books.received());
        }
        for (campus, receipts) in CAMPUSES.iter().zip(&books.receipts) {
            let gapless: Vec<String> =
                (1..=receipts.len()).map(|number| format!("{campus}-2026-{number:06}")).collect();
            prop_assert_eq!(receipts, &gapless);
        }
    }
}
