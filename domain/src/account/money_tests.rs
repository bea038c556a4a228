//! Late fees as they are charged, and the form of events about money that is held or given up.

use cqrs_es::DomainEvent;

use super::fixture::{balance, bill_no, charge_due, late_fee_tariff, open, record};
use super::*;
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordPayment, ReversePayment};
use crate::units::{Commodity, Fen, PaymentId};

fn desk(policy: &str) -> Desk {
    let mut desk = Desk::new("2026-09-01");
    open(&mut desk, "A1");
    late_fee_tariff(&mut desk, policy);
    charge_due(&mut desk, "A1", "2026-08", (128_640, 0), "2026-09-15");
    desk
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

fn pay(desk: &mut Desk, amount: i64) -> (PaymentId, Vec<String>) {
    let paid = desk.by("li").run(&cash(amount)).unwrap();
    let types = paid.event_types().into_iter();
    let of_account = types.filter(|kind| kind.starts_with("account."));
    let of_account = of_account.map(ToOwned::to_owned).collect();
    (paid.outcome.payment_id, of_account)
}

#[test]
fn e4_a_late_fee_is_charged_when_the_bill_is_settled_by_the_tariffs_policy() {
    for (policy, fee) in [("as_never_paid", 1930), ("good_faith", 1676)] {
        let mut desk = desk(policy);
        desk.on("2026-09-16");
        // Not enough for the bill: nothing is charged, the fee grows on the rest.
        let (short, types) = pay(&mut desk, 126_840);
        assert_eq!(types, ["account.payment_allocated"]);
        assert_eq!(balance(&mut desk, "A1"), (1800, 0));
        let reverse = ReversePayment {
            payment_id: short,
            reason: "银行退回".to_owned(),
        };
        desk.on("2026-09-18").by("zhao").run(&reverse).unwrap();
        desk.on("2026-09-30");
        let (payment_id, types) = pay(&mut desk, 128_640 + fee);
        assert_eq!(
            types,
            ["account.late_fee_charged", "account.payment_allocated"]
        );
        assert_eq!(balance(&mut desk, "A1"), (0, 0), "{policy}");
        let ledger = record(&mut desk, "A1").ledger().clone();
        let bill = ledger.bill(&bill_no("A1", "2026-08")).unwrap();
        assert_eq!(bill.late_fee_charged(), Fen::new(fee), "{policy}");
        let state: crate::payment::Payment = desk.state(payment_id.as_str());
        let items = state.recorded(&payment_id).unwrap().items();
        let items: Vec<_> = items.into_iter().map(|it| (it.part, it.amount)).collect();
        assert_eq!(
            items,
            [
                (crate::payment::ReceiptPart::Water, Fen::new(128_640)),
                (crate::payment::ReceiptPart::LateFee, Fen::new(fee)),
            ]
        );
    }
}

#[test]
fn e4_the_bill_is_paid_before_its_late_fee_which_asks_for_no_fee_itself() {
    let mut desk = desk("as_never_paid");
    desk.on("2026-09-30");
    pay(&mut desk, 128_640);
    assert_eq!(balance(&mut desk, "A1"), (1930, 0));
    desk.on("2026-12-01");
    let (_, types) = pay(&mut desk, 1930);
    assert_eq!(types, ["account.payment_allocated"]);
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
    // The whole is undone: more days are late by now than were charged for.
    let (second, _) = {
        charge_due(&mut desk, "A1", "2026-11", (10_000, 0), "2026-12-01");
        desk.on("2026-12-11");
        pay(&mut desk, 10_100)
    };
    let reverse = ReversePayment {
        payment_id: second,
        reason: "收错户".to_owned(),
    };
    desk.by("zhao").run(&reverse).unwrap();
    assert_eq!(balance(&mut desk, "A1"), (10_100, 0));
    desk.on("2026-12-12");
    let (_, types) = pay(&mut desk, 10_110);
    assert_eq!(
        types,
        ["account.late_fee_charged", "account.payment_allocated"]
    );
    assert_eq!(balance(&mut desk, "A1"), (0, 0));
}

#[test]
fn nothing_is_charged_for_a_bill_that_is_paid_on_its_last_day() {
    let mut desk = desk("as_never_paid");
    desk.on("2026-09-15");
    let (_, types) = pay(&mut desk, 128_641);
    assert_eq!(types, ["account.payment_allocated", "account.credit_added"]);
    assert_eq!(balance(&mut desk, "A1"), (0, 1));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a value for every event")]
fn every_event_keeps_its_golden_json() {
    let payment_id: PaymentId = "p1".parse().unwrap();
    let lots = vec![PaymentLot {
        payment_id: payment_id.clone(),
        amount: Fen::new(300),
    }];
    let bill = BillShare {
        bill_no: bill_no("A1", "2026-07"),
        month: "2026-07".parse().unwrap(),
        amount: Fen::new(500),
        parts: vec![CommodityAmount {
            commodity: Commodity::Water,
            amount: Fen::new(405),
        }],
        late_fee: Some(Fen::new(95)),
    };
    let refund = AccountRefund {
        refund_id: "01900000-0000-7000-8000-000000000001".parse().unwrap(),
        purse: Purse::Credit,
        amount: Fen::new(300),
        lots,
    };
    let events = [
        AccountEvent::LateFeeCharged(LateFeeCharged {
            bill_no: bill_no("A1", "2026-07"),
            month: "2026-07".parse().unwrap(),
            amount: Fen::new(95),
            by: "2026-10-15".parse().unwrap(),
        }),
        AccountEvent::BillWaived(WrittenOff {
            waiver_id: "01900000-0000-7000-8000-000000000002".parse().unwrap(),
            kind: WaiverKind::BillRest,
            bill: bill.clone(),
        }),
        AccountEvent::WaiverReversed {
            waiver_id: "01900000-0000-7000-8000-000000000002".parse().unwrap(),
            bill,
        },
        AccountEvent::DepositTaken {
            payment_id: payment_id.clone(),
            amount: Fen::new(20_000),
        },
        AccountEvent::DepositReleased {
            payment_id,
            amount: Fen::new(20_000),
        },
        AccountEvent::Refunded(refund.clone()),
        AccountEvent::RefundReturned(refund),
        AccountEvent::HolderSettled(HolderSettled {
            on: "2026-10-15".parse().unwrap(),
            bill_no: Some("A1-202610P001".parse().unwrap()),
            closings: vec![ClosingReading {
                meter_no: "W1".parse().unwrap(),
                reading_id: "r1".parse().unwrap(),
                index: "519".parse().unwrap(),
            }],
            due: Fen::new(13_637),
            open: Fen::ZERO,
            credit: Fen::new(11_363),
        }),
        AccountEvent::HolderChanged {
            on: "2026-10-20".parse().unwrap(),
        },
        AccountEvent::HolderCleared(HolderCleared {
            certificate_no: "JQA1-20261015".parse().unwrap(),
            on: "2026-10-15".parse().unwrap(),
            credit: Fen::new(11_363),
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AccountEvent>(&json).unwrap(), event);
    }
}
