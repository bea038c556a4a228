use cqrs_es::DomainEvent as _;
use serde_json::json;

use super::*;
use crate::account::fixture::{open, record};
use crate::account::{
    AccountEvent, AssignMeter, BalanceLevel, ChargeScheme, ChargeSchemeChanged, PrepaidTerms,
    Supply,
};
use crate::billing::{DeductUsage, IssueBill};
use crate::calendar::shipped_years;
use crate::desk::Desk;
use crate::meter::{Channel, DeviceSpec, InstallDevice, RegisterMeter, SubmitReading};
use crate::payment::{PaymentMethod, RecordPayment, ReversePayment};
use crate::tariff::DefineTariff;
use crate::transfer_claim::{ClaimPhoto, RejectTransfer, SubmitTransfer};
use crate::units::{AccountNo, Commodity, Fen, Multiplier, instant_of};
use crate::work_calendar::LoadYear;

fn account() -> AccountNo {
    "A1".parse().unwrap()
}

/// Account A1, postpaid, with an electricity meter at 1000.00 and a price of 0.55.
fn desk() -> Desk {
    let mut desk = Desk::new("2026-08-31");
    for list in shipped_years().unwrap() {
        desk.run(&LoadYear { list }).unwrap();
    }
    let terms = json!({ "versions": [{ "from": "2026-01-01", "tiers": [{ "price": "0.55" }] }] });
    let define = DefineTariff {
        tariff_id: "power-flat".parse().unwrap(),
        name: "单一电价".to_owned(),
        payment_days: 15,
        commodity: Commodity::Electricity,
        terms: serde_json::from_value(terms).unwrap(),
    };
    desk.run(&define).unwrap();
    open(&mut desk, "A1");
    let register = RegisterMeter {
        meter_no: "E1".parse().unwrap(),
        commodity: Commodity::Electricity,
        campus: "N".parse().unwrap(),
        building: "北苑 3 栋".to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: true,
    };
    desk.run(&register).unwrap();
    let install = InstallDevice {
        meter_no: "E1".parse().unwrap(),
        device: DeviceSpec {
            hardware_no: "H-E1".parse().unwrap(),
            digits: Some(6),
            decimals: 2,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "1000.00".parse().unwrap(),
            photo: None,
        },
        installed_at: None,
    };
    desk.run(&install).unwrap();
    let assign = AssignMeter {
        account_no: account(),
        meter_no: "E1".parse().unwrap(),
        tariff_id: "power-flat".parse().unwrap(),
        from: None,
    };
    desk.run(&assign).unwrap();
    desk
}

fn to_prepaid() -> ChangeChargeScheme {
    ChangeChargeScheme {
        account_no: account(),
        scheme: ChargeScheme::Prepaid,
        reason: "已装远传表，可远程通断".to_owned(),
        alarm_below: Some(Fen::new(2000)),
        grace_credit: Some(Fen::new(1000)),
    }
}

fn to_postpaid() -> ChangeChargeScheme {
    ChangeChargeScheme {
        scheme: ChargeScheme::Postpaid,
        reason: "住户申请".to_owned(),
        alarm_below: None,
        grace_credit: None,
        ..to_prepaid()
    }
}

/// What a command wrote about the account, beside its bookkeeping.
fn said<T>(accepted: &crate::desk::Accepted<T>) -> Vec<String> {
    let of_money = [
        "credit_added",
        "credit_applied",
        "charged",
        "payment_allocated",
    ];
    accepted
        .events
        .iter()
        .filter_map(|event| event.event_type.strip_prefix("account."))
        .filter(|name| !of_money.contains(name))
        .map(str::to_owned)
        .collect()
}

fn read(desk: &mut Desk, day: &str, index: &str) -> Vec<String> {
    let reading = SubmitReading {
        meter_no: "E1".parse().unwrap(),
        index: index.parse().unwrap(),
        read_at: None,
        channel: Channel::Remote,
        photo: None,
        round: None,
        note: None,
        evidence: crate::meter::Evidence::default(),
    };
    let judged = desk.on(day).run(&reading).unwrap().outcome;
    assert!(judged.usage.is_some(), "held: {:?}", judged.findings);
    said(&desk.run(&deduct()).unwrap())
}

fn deduct() -> DeductUsage {
    DeductUsage {
        account_no: account(),
    }
}

fn cash(amount: i64) -> RecordPayment {
    RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "N".parse().unwrap(),
        accounts: vec![account()],
        bills: Vec::new(),
        cheque: None,
        payer: None,
    }
}

pub(crate) fn top_up(desk: &mut Desk, day: &str, amount: i64) -> Vec<String> {
    said(&desk.on(day).run(&cash(amount)).unwrap())
}

fn balance(desk: &mut Desk) -> String {
    record(desk, "A1").ledger().balance().to_string()
}

fn local(text: &str) -> chrono::DateTime<chrono::Utc> {
    instant_of(text.parse().unwrap())
}

pub(crate) fn supply(desk: &mut Desk) -> Supply {
    record(desk, "A1").scheme().supply()
}

/// Prepaid since 1 September, with 100.00.
fn prepaid() -> Desk {
    let mut desk = desk();
    desk.on("2026-09-01").run(&to_prepaid()).unwrap();
    // Nothing is there yet, and that is said.
    assert_eq!(record(&mut desk, "A1").scheme().level(), BalanceLevel::Low);
    assert_eq!(
        top_up(&mut desk, "2026-09-01", 10000),
        ["low_balance_cleared"]
    );
    desk
}

/// E3 until the grace credit is used up: 100.00 less 111.52.
pub(crate) fn exhausted() -> Desk {
    let mut desk = prepaid();
    let nothing: [&str; 0] = [];
    assert_eq!(read(&mut desk, "2026-09-10", "1118.60"), nothing);
    assert_eq!(balance(&mut desk), "34.77");
    assert_eq!(
        read(&mut desk, "2026-09-15", "1158.85"),
        ["low_balance_raised"]
    );
    assert_eq!(balance(&mut desk), "12.63");
    assert_eq!(read(&mut desk, "2026-09-20", "1190.75"), ["grace_entered"]);
    assert_eq!(balance(&mut desk), "-4.92");
    assert_eq!(supply(&mut desk), Supply::On);
    assert_eq!(
        read(&mut desk, "2026-09-26", "1202.75"),
        ["grace_exhausted"]
    );
    assert_eq!(balance(&mut desk), "-11.52");
    desk
}

fn plan() -> PlanCutOff {
    PlanCutOff {
        account_no: account(),
    }
}

#[test]
fn e3_a_cut_off_waits_for_a_working_day_and_a_top_up_calls_it_off() {
    let mut desk = exhausted();
    // The 26th is Mid-Autumn, the 27th a day off.
    desk.run(&plan()).unwrap();
    let planned = local("2026-09-28T09:00:00");
    assert_eq!(supply(&mut desk), Supply::CutOffPlanned(planned));
    assert!(desk.run(&plan()).unwrap().events.is_empty());
    assert_eq!(
        top_up(&mut desk, "2026-09-27", 5000),
        ["cut_off_cancelled", "low_balance_cleared"]
    );
    assert_eq!(balance(&mut desk), "38.48");
    // The runner comes all the same, and finds nothing to do.
    desk.at = planned;
    let order = OrderCutOff {
        account_no: account(),
        planned,
    };
    assert!(desk.run(&order).unwrap().events.is_empty());
    assert!(desk.run(&plan()).unwrap().events.is_empty());
    assert_eq!(supply(&mut desk), Supply::On);
    assert_eq!(desk.refused(&note_cut_off()), "ACCOUNT_CUT_OFF_NOT_ORDERED");
}

fn note_cut_off() -> NoteCutOff {
    NoteCutOff {
        account_no: account(),
    }
}

fn note_restoration() -> NoteRestoration {
    NoteRestoration {
        account_no: account(),
    }
}

#[test]
fn e3_what_is_not_paid_is_cut_off_in_working_hours_and_restored_when_nothing_is_owed() {
    let mut desk = exhausted();
    desk.run(&plan()).unwrap();
    let order = |planned: &str| OrderCutOff {
        account_no: account(),
        planned: local(planned),
    };
    // The server was down until the evening: never at night.
    desk.at = local("2026-09-28T17:00:00");
    desk.run(&order("2026-09-28T09:00:00")).unwrap();
    let planned = local("2026-09-29T09:00:00");
    assert_eq!(supply(&mut desk), Supply::CutOffPlanned(planned));
    desk.at = planned;
    assert_eq!(
        said(&desk.run(&order("2026-09-29T09:00:00")).unwrap()),
        ["cut_off_ordered"]
    );
    assert_eq!(
        desk.refused(&note_restoration()),
        "ACCOUNT_RESTORATION_NOT_ORDERED"
    );
    assert_eq!(
        said(&desk.run(&note_cut_off()).unwrap()),
        ["supply_disconnected"]
    );
    // Less than what is owed restores nothing.
    let nothing: [&str; 0] = [];
    assert_eq!(top_up(&mut desk, "2026-09-29", 500), nothing);
    assert_eq!(supply(&mut desk), Supply::CutOff);
    assert_eq!(
        top_up(&mut desk, "2026-09-29", 1000),
        ["restoration_ordered", "grace_left"]
    );
    assert_eq!(
        said(&desk.run(&note_restoration()).unwrap()),
        ["supply_restored"]
    );
    assert_eq!(supply(&mut desk), Supply::On);
    assert_eq!(balance(&mut desk), "3.48");
}

#[test]
fn e4_nobody_is_cut_off_while_dunning_is_paused() {
    let mut desk = exhausted();
    let planned = local("2026-09-28T09:00:00");
    desk.run(&plan()).unwrap();
    let claim = SubmitTransfer {
        accounts: vec![account()],
        bills: Vec::new(),
        amount: Fen::new(5000),
        photo: Some(ClaimPhoto {
            photo: "a".repeat(64).parse().unwrap(),
            is_stored: true,
        }),
        transferred_on: Some("2026-09-26".parse().unwrap()),
        campus: Some("N".parse().unwrap()),
        phone: None,
    };
    let claim_id = desk.run(&claim).unwrap().outcome.claim_id;
    desk.at = planned;
    let order = OrderCutOff {
        account_no: account(),
        planned,
    };
    assert!(desk.run(&order).unwrap().events.is_empty());
    assert!(desk.run(&plan()).unwrap().events.is_empty());
    let reject = RejectTransfer {
        claim_id,
        reason: "未到账".to_owned(),
    };
    desk.by("qian").run(&reject).unwrap();
    // It is planned anew, for the next working day.
    assert_eq!(said(&desk.run(&plan()).unwrap()), ["cut_off_planned"]);
    let planned = local("2026-09-29T09:00:00");
    assert_eq!(supply(&mut desk), Supply::CutOffPlanned(planned));
    desk.at = planned;
    let order = OrderCutOff {
        account_no: account(),
        planned,
    };
    assert_eq!(said(&desk.run(&order).unwrap()), ["cut_off_ordered"]);
}

#[test]
fn a_top_up_that_bounces_takes_the_supply_back() {
    let mut desk = exhausted();
    desk.run(&plan()).unwrap();
    let paid = desk.on("2026-09-27").run(&cash(5000)).unwrap().outcome;
    let reverse = ReversePayment {
        payment_id: paid.payment_id,
        reason: "假币".to_owned(),
    };
    let reversed = desk.by("wang").run(&reverse).unwrap();
    assert_eq!(
        said(&reversed),
        [
            "payment_reversed",
            "low_balance_raised",
            "grace_entered",
            "grace_exhausted"
        ]
    );
    assert_eq!(balance(&mut desk), "-11.52");
}

#[test]
fn r23_a_change_of_scheme_is_dated_and_settles_the_old_one() {
    let mut desk = desk();
    assert_eq!(desk.refused(&to_postpaid()), "ACCOUNT_SAME_SCHEME");
    // Read and not billed yet: charged with the change, at once.
    let reading = |index: &str| SubmitReading {
        meter_no: "E1".parse().unwrap(),
        index: index.parse().unwrap(),
        read_at: None,
        channel: Channel::Remote,
        photo: None,
        round: None,
        note: None,
        evidence: crate::meter::Evidence::default(),
    };
    desk.on("2026-09-05").run(&reading("1010.00")).unwrap();
    let changed = desk.run(&to_prepaid()).unwrap();
    assert_eq!(changed.events[0].payload["from"], "2026-09-05");
    assert_eq!(
        said(&changed),
        [
            "charge_scheme_changed",
            "low_balance_raised",
            "grace_entered"
        ]
    );
    assert_eq!(balance(&mut desk), "-5.50");
    assert_eq!(desk.refused(&to_prepaid()), "ACCOUNT_SAME_SCHEME");
    let bill = IssueBill {
        account_no: account(),
        month: "2026-09".parse().unwrap(),
        due_on: None,
    };
    assert_eq!(desk.refused(&bill), "ACCOUNT_PREPAID");
    // Back: the last reading is charged, and what is owed asked for.
    desk.on("2026-09-20").run(&reading("1012.00")).unwrap();
    let back = desk.run(&to_postpaid()).unwrap();
    assert_eq!(
        said(&back),
        ["charge_scheme_changed", "notice_issued", "notice_issued"]
    );
    assert_eq!(balance(&mut desk), "-6.60");
    assert!(desk.run(&deduct()).unwrap().events.is_empty());
    // Not before what is owed is paid; and the months of the bills go on.
    assert_eq!(desk.refused(&to_prepaid()), "ACCOUNT_SCHEME_UNSETTLED");
    assert_eq!(desk.refused(&bill), "ACCOUNT_MONTH_ALREADY_BILLED");
    desk.on("2026-10-31").run(&reading("1022.00")).unwrap();
    let bill = IssueBill {
        month: "2026-10".parse().unwrap(),
        ..bill
    };
    assert_eq!(desk.run(&bill).unwrap().outcome.total, Fen::new(550));
}

#[test]
fn r23_what_a_prepaid_account_needs_is_asked_for() {
    let mut desk = desk();
    let refused = |desk: &mut Desk, change: &ChangeChargeScheme| desk.refused(change);
    let change = to_prepaid();
    for (change, code) in [
        (
            ChangeChargeScheme {
                reason: " ".to_owned(),
                ..change.clone()
            },
            "SCHEME_REASON_INVALID",
        ),
        (
            ChangeChargeScheme {
                alarm_below: None,
                ..change.clone()
            },
            "SCHEME_ALARM_MISSING",
        ),
        (
            ChangeChargeScheme {
                grace_credit: Some(Fen::new(-1)),
                ..change.clone()
            },
            "SCHEME_GRACE_MISSING",
        ),
        (
            ChangeChargeScheme {
                account_no: "A9".parse().unwrap(),
                ..change
            },
            "ACCOUNT_UNKNOWN",
        ),
    ] {
        assert_eq!(refused(&mut desk, &change), code);
    }
    // A postpaid account with nothing open takes no money at a counter.
    assert_eq!(desk.refused(&cash(100)), "PAYMENT_NOTHING_OPEN");
}

#[test]
fn two_readings_of_a_month_are_two_bills_and_the_last_only_may_be_void() {
    let mut desk = prepaid();
    read(&mut desk, "2026-09-10", "1118.60");
    read(&mut desk, "2026-09-15", "1158.85");
    let bills: Vec<String> = record(&mut desk, "A1")
        .standing_bills()
        .map(|bill| bill.bill_no.to_string())
        .collect();
    assert_eq!(bills, ["A1-202609P001", "A1-202609P002"]);
    let void = |bill_no: &str| crate::billing::VoidBill {
        bill_no: bill_no.parse().unwrap(),
        reason: "误抄".to_owned(),
    };
    assert_eq!(
        desk.refused(&void("A1-202609P001")),
        "ACCOUNT_LATER_BILL_STANDS"
    );
    assert_eq!(
        said(&desk.run(&void("A1-202609P002")).unwrap())[0],
        "payment_released"
    );
    assert_eq!(balance(&mut desk), "34.77");
}

#[test]
fn events_keep_their_form() {
    let balance = Fen::new(-1152);
    let events = [
        AccountEvent::ChargeSchemeChanged(ChargeSchemeChanged {
            scheme: ChargeScheme::Prepaid,
            from: "2026-09-01".parse().unwrap(),
            reason: "已装远传表，可远程通断".to_owned(),
            terms: Some(PrepaidTerms {
                alarm_below: Fen::new(2000),
                grace_credit: Fen::new(1000),
            }),
        }),
        AccountEvent::LowBalanceRaised { balance },
        AccountEvent::LowBalanceCleared { balance },
        AccountEvent::GraceEntered { balance },
        AccountEvent::GraceLeft { balance },
        AccountEvent::GraceExhausted { balance },
        AccountEvent::CutOffPlanned {
            at: local("2026-09-28T09:00:00"),
        },
        AccountEvent::CutOffCancelled { balance },
        AccountEvent::CutOffOrdered,
        AccountEvent::SupplyDisconnected,
        AccountEvent::RestorationOrdered { balance },
        AccountEvent::SupplyRestored,
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AccountEvent>(&json).unwrap(), event);
    }
}
