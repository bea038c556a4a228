//! Whatever is done to bills in whatever order: no fen is made and none is lost.

use std::collections::BTreeMap;

use chaobiao_decision::{Process, StagedEvent};
use proptest::prelude::*;

use super::*;
use crate::account::fixture::{bill_no, charge, record};
use crate::account::{Account, AccountEvent};
use crate::payment::{PaymentMethod, RecordPayment, ReversePayment};
use crate::units::{BillNo, BillingMonth, PaymentId};
use crate::waiver::fixture::credit_note;

#[derive(Clone, Debug)]
enum Step {
    Charge(i64, i64),
    Pay(i64),
    Reverse(usize),
    Adjust(usize, BillAdjustment, Commodity, i64),
    Void,
}

fn any_step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![Just(BillAdjustment::Credit), Just(BillAdjustment::Debit)];
    let commodity = prop_oneof![Just(Commodity::Water), Just(Commodity::Electricity)];
    prop_oneof![
        (0_i64..300, 0_i64..300).prop_map(|(water, power)| Step::Charge(water, power)),
        (1_i64..500).prop_map(Step::Pay),
        (0_usize..8).prop_map(Step::Reverse),
        (0_usize..8, kind, commodity, 1_i64..300).prop_map(|(bill, kind, commodity, amount)| {
            Step::Adjust(bill, kind, commodity, amount)
        }),
        Just(Step::Void),
    ]
}

/// An account, what was paid to it, and what its events add up to.
struct Books {
    desk: Desk,
    bills: Vec<BillNo>,
    month: BillingMonth,
    payments: Vec<(PaymentId, i64)>,
    balance: i64,
    open: BTreeMap<BillNo, i64>,
}

impl Books {
    fn new() -> Self {
        let mut desk = Desk::new("2026-01-01");
        open(&mut desk, "A1");
        Self {
            desk,
            bills: Vec::new(),
            month: "2026-01".parse().unwrap(),
            payments: Vec::new(),
            balance: 0,
            open: BTreeMap::new(),
        }
    }

    fn take(&mut self, events: &[StagedEvent]) {
        let of_account = events
            .iter()
            .filter(|event| event.stream.aggregate_type == <Account as cqrs_es::Aggregate>::TYPE);
        for event in of_account {
            let event: AccountEvent = serde_json::from_value(event.payload.clone()).unwrap();
            let lines = event.statement_lines();
            self.balance += lines.iter().map(|it| it.change().value()).sum::<i64>();
            for (bill_no, change) in event.open_changes() {
                *self.open.get_mut(bill_no).unwrap() += change.value();
            }
        }
    }

    fn run<P: Process>(&mut self, process: &P) -> Option<P::Outcome> {
        let accepted = self.desk.run(process).ok()?;
        self.take(&accepted.events);
        Some(accepted.outcome)
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Charge(water, power) => self.charge(water, power),
            Step::Pay(amount) => {
                self.desk.by("li");
                let payment = RecordPayment {
                    method: PaymentMethod::Cash,
                    amount: Fen::new(amount),
                    campus: "N".parse().unwrap(),
                    accounts: vec!["A1".parse().unwrap()],
                    bills: Vec::new(),
                    cheque: None,
                    payer: None,
                };
                if let Some(booked) = self.run(&payment) {
                    self.payments.push((booked.payment_id, amount));
                }
            }
            Step::Reverse(which) if !self.payments.is_empty() => {
                let (payment_id, amount) = self.payments.swap_remove(which % self.payments.len());
                self.desk.by("zhao");
                let reverse = ReversePayment {
                    payment_id: payment_id.clone(),
                    reason: "退回".to_owned(),
                };
                if self.run(&reverse).is_none() {
                    self.payments.push((payment_id, amount));
                }
            }
            Step::Adjust(which, BillAdjustment::Credit, commodity, amount)
                if !self.bills.is_empty() =>
            {
                let bill_no = &self.bills[which % self.bills.len()];
                let noted = credit_note(&mut self.desk, bill_no, commodity, amount);
                self.take(&noted.unwrap_or_default());
            }
            Step::Adjust(which, kind, commodity, amount) if !self.bills.is_empty() => {
                let bill_no = self.bills[which % self.bills.len()].clone();
                self.run(&AdjustBill {
                    bill_no,
                    kind,
                    commodity,
                    amount: Fen::new(amount),
                    reason: "调整".to_owned(),
                });
            }
            Step::Void => {
                if let Some(bill_no) = self.bills.last().cloned() {
                    self.run(&VoidBill {
                        bill_no,
                        reason: "作废".to_owned(),
                    });
                }
            }
            Step::Reverse(_) | Step::Adjust(..) => {}
        }
    }

    /// The next month, as if metered; credit may pay it at once.
    fn charge(&mut self, water: i64, power: i64) {
        let before = self.balance;
        let month = self.month.to_string();
        charge(&mut self.desk, "A1", &month, water, power);
        let bill_no = bill_no("A1", &month);
        self.bills.push(bill_no);
        let account = record(&mut self.desk, "A1");
        for bill_no in &self.bills {
            let open = account.ledger().bill(bill_no).unwrap().open().value();
            self.open.insert(bill_no.clone(), open);
        }
        self.balance = before + water + power;
        self.month = self.month.next();
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        let account = record(&mut self.desk, "A1");
        let ledger = account.ledger();
        let (open, credit) = (ledger.open_amount().value(), ledger.credit().value());
        let paid: i64 = self.payments.iter().map(|(_, amount)| amount).sum();
        let asked = ledger.bills().into_iter();
        let asked: i64 = asked.map(|bill| bill.standing_total().value()).sum();
        prop_assert!(open >= 0 && credit >= 0);
        prop_assert_eq!(open - credit, asked - paid);
        prop_assert_eq!(open - credit, self.balance, "by the statement");
        for (bill_no, open) in &self.open {
            prop_assert_eq!(
                ledger.bill(bill_no).unwrap().open().value(),
                *open,
                "{}",
                bill_no
            );
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn x11_notes_void_bills_payments_and_reversals_neither_make_nor_lose_money(
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let mut books = Books::new();
        for step in &steps {
            books.step(step);
            books.check()?;
        }
    }
}
