use chaobiao_decision::Personal;
use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::test::TestFramework;
use cqrs_es::{Aggregate, DomainEvent};

use super::fixture::origin;
use super::*;
use crate::desk::Desk;
use crate::units::{BillNo, BillingMonth, Commodity, Fen, Period, Phone, RateQuantities};

type Accounts = TestFramework<Account>;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

fn opening() -> AccountOpening {
    AccountOpening {
        account_no: "A1".parse().unwrap(),
        class: AccountClass::Resident,
        campus: "N".parse().unwrap(),
        holder: Personal::new("account/A1", "王芳".to_owned()),
        phone: Some(Personal::new(
            "account/A1",
            "13800000001".parse::<Phone>().unwrap(),
        )),
        address: Personal::new("account/A1", "北苑 3 栋 201".to_owned()),
        household_persons: 4,
    }
}

pub(super) fn assignment(from: &str) -> MeterAssigned {
    MeterAssigned {
        rates: RateQuantities::default(),
        meter_no: "W1".parse().unwrap(),
        commodity: Commodity::Water,
        tariff_id: "water-home".parse().unwrap(),
        from: date(from),
        cumulative: "100".parse().unwrap(),
        reading: Some("r0".parse().unwrap()),
    }
}

pub(super) fn release(on: &str) -> MeterReleased {
    MeterReleased {
        meter_no: "W1".parse().unwrap(),
        on: date(on),
        cumulative: "131".parse().unwrap(),
    }
}

fn line(commodity: Commodity, amount: i64) -> BillLine {
    BillLine {
        meter_no: "W1".parse().unwrap(),
        commodity,
        component: commodity.to_string(),
        tariff_id: "water-home".parse().unwrap(),
        version_from: date("2026-01-01"),
        tier: Some(1),
        quantity: "31".parse().unwrap(),
        price: "3.10".parse().unwrap(),
        amount: Fen::new(amount),
        borne: None,
        readings: vec!["r0".parse().unwrap(), "r1".parse().unwrap()],
    }
}

fn bill(of: &str, water: i64, electricity: i64) -> Bill {
    Bill {
        bill_no: format!("A1-{}", of.replace('-', "")).parse().unwrap(),
        month: month(of),
        issued_on: date("2026-08-01"),
        lines: vec![
            line(Commodity::Water, water),
            line(Commodity::Electricity, electricity),
        ],
        total: Fen::new(water + electricity),
        meters: vec![ChargedMeter {
            meter_no: "W1".parse().unwrap(),
            assigned_from: date("2026-06-21"),
            commodity: Commodity::Water,
            tariff_id: "water-home".parse().unwrap(),
            from_reading: Some("r0".parse().unwrap()),
            to_reading: "r1".parse().unwrap(),
            period: Period::try_new(date("2026-06-21"), date("2026-07-21")).unwrap(),
            usage: "31".parse().unwrap(),
            cumulative: "131".parse().unwrap(),
            rates: RateQuantities::default(),
            rates_cumulative: RateQuantities::default(),
            tiers: vec![TierCounted {
                tier_period_from: date("2026-01-01"),
                quantity_to_date_after: "199".parse().unwrap(),
            }],
            occupants: None,
        }],
        origin: None,
        shared_of: None,
    }
}

fn charge(of: &str, water: i64, electricity: i64) -> AccountCommand {
    AccountCommand::Charge {
        bill: bill(of, water, electricity),
        notice_no: format!("NA1-{}", of.replace('-', "")).parse().unwrap(),
        due_on: date("2026-08-31"),
    }
}

fn bill_no(of: &str) -> BillNo {
    bill(of, 0, 0).bill_no
}

fn share(of: &str, water: i64, electricity: i64) -> BillShare {
    let parts = [
        (Commodity::Water, water),
        (Commodity::Electricity, electricity),
    ];
    let parts = parts.into_iter().filter(|(_, fen)| *fen != 0);
    BillShare {
        bill_no: bill_no(of),
        month: month(of),
        amount: Fen::new(water + electricity),
        parts: parts
            .map(|(commodity, fen)| CommodityAmount {
                commodity,
                amount: Fen::new(fen),
            })
            .collect(),
        late_fee: None,
    }
}

fn settle(payment: &str, of: &str, amount: i64, credit: i64) -> AccountCommand {
    AccountCommand::Settle {
        payment_id: payment.parse().unwrap(),
        bills: vec![(bill_no(of), Fen::new(amount))],
        credit: Fen::new(credit),
        deposit: Fen::ZERO,
    }
}

fn notice(of: &str, amount: i64) -> AccountEvent {
    notice_to_pay(of, amount, amount)
}

fn notice_to_pay(of: &str, amount: i64, to_pay: i64) -> AccountEvent {
    AccountEvent::NoticeIssued(NoticeIssued {
        notice_no: format!("NA1-{}", of.replace('-', "")).parse().unwrap(),
        bill_no: bill_no(of),
        month: month(of),
        amount: Fen::new(amount),
        to_pay: Fen::new(to_pay),
        due_on: date("2026-08-31"),
    })
}

fn allocated(payment: &str, bill: BillShare) -> AccountEvent {
    AccountEvent::PaymentAllocated {
        payment_id: payment.parse().unwrap(),
        bill,
    }
}

fn credited(payment: &str, amount: i64) -> AccountEvent {
    AccountEvent::CreditAdded {
        payment_id: payment.parse().unwrap(),
        amount: Fen::new(amount),
    }
}

fn record(events: impl IntoIterator<Item = AccountEvent>) -> AccountRecord {
    let mut account = Account::default();
    for event in events {
        account.apply(event);
    }
    account.opened(&"A1".parse().unwrap()).unwrap().clone()
}

pub(super) fn charged() -> Vec<AccountEvent> {
    vec![
        AccountEvent::Opened(opening()),
        AccountEvent::MeterAssigned(assignment("2026-06-21")),
        AccountEvent::Charged(bill("2026-07", 6000, 4000)),
        notice("2026-07", 10000),
    ]
}

fn open_command() -> OpenAccount {
    OpenAccount {
        account_no: "A1".parse().unwrap(),
        class: AccountClass::Resident,
        campus: "N".parse().unwrap(),
        holder: " 王芳 ".to_owned(),
        phone: Some("13800000001".parse().unwrap()),
        address: "北苑 3 栋 201".to_owned(),
        household_persons: 4,
    }
}

fn no_change() -> ChangeAccount {
    ChangeAccount {
        account_no: "A1".parse().unwrap(),
        class: None,
        campus: None,
        holder: None,
        phone: None,
        remove_phone: false,
        address: None,
        household_persons: None,
    }
}

#[test]
fn an_account_is_opened_once_with_its_personal_data_marked() {
    let mut desk = Desk::new("2026-08-01");
    let accepted = desk.run(&open_command()).unwrap();
    // Phone and address have a key of their own: they go before the name does.
    let opened = AccountOpening {
        phone: Some(Personal::new(
            "account/A1/contact",
            "13800000001".parse().unwrap(),
        )),
        address: Personal::new("account/A1/contact", "北苑 3 栋 201".to_owned()),
        ..opening()
    };
    assert_eq!(
        accepted.events[0].payload,
        serde_json::to_value(AccountEvent::Opened(opened)).unwrap()
    );
    assert_eq!(desk.refused(&open_command()), "ACCOUNT_ALREADY_OPEN");
}

#[test]
fn an_opening_without_name_or_place_or_with_too_much_is_refused() {
    let mut desk = Desk::new("2026-08-01");
    let cases = [
        (
            OpenAccount {
                holder: "　".to_owned(),
                ..open_command()
            },
            "ACCOUNT_HOLDER_INVALID",
        ),
        (
            OpenAccount {
                holder: "长".repeat(61),
                ..open_command()
            },
            "ACCOUNT_HOLDER_INVALID",
        ),
        (
            OpenAccount {
                address: String::new(),
                ..open_command()
            },
            "ACCOUNT_ADDRESS_INVALID",
        ),
        (
            OpenAccount {
                household_persons: 100,
                ..open_command()
            },
            "ACCOUNT_HOUSEHOLD_TOO_LARGE",
        ),
        (
            OpenAccount {
                account_no: "9".repeat(33).parse().unwrap(),
                ..open_command()
            },
            "ACCOUNT_NO_TOO_LONG",
        ),
    ];
    for (command, code) in cases {
        assert_eq!(desk.refused(&command), code);
    }
    let longest = OpenAccount {
        account_no: "9".repeat(32).parse().unwrap(),
        household_persons: 99,
        ..open_command()
    };
    desk.run(&longest).unwrap();
}

#[test]
fn a_change_records_only_what_got_another_value() {
    let mut desk = Desk::new("2026-08-01");
    let change = ChangeAccount {
        class: Some(AccountClass::Resident),
        household_persons: Some(5),
        remove_phone: true,
        ..no_change()
    };
    assert_eq!(desk.refused(&change), "ACCOUNT_UNKNOWN");
    desk.run(&open_command()).unwrap();
    let expected = AccountChange {
        household_persons: Some(5),
        phone: Some(PhoneChange::Removed),
        ..AccountChange::default()
    };
    assert_eq!(
        desk.run(&change).unwrap().events[0].payload,
        serde_json::to_value(AccountEvent::Changed(expected)).unwrap()
    );
    assert_eq!(
        desk.run(&change).unwrap().events,
        vec![],
        "the same again changes nothing"
    );
    let account: Account = desk.state("A1");
    let account = account.opened(&change.account_no).unwrap();
    assert_eq!(
        (account.household_persons, account.phone.is_none()),
        (5, true)
    );
    let nameless = ChangeAccount {
        holder: Some(" ".to_owned()),
        ..no_change()
    };
    assert_eq!(desk.refused(&nameless), "ACCOUNT_HOLDER_INVALID");
}

#[test]
fn nothing_but_an_opening_starts_an_account() {
    Accounts::with(())
        .given_no_previous_events()
        .when(charge("2026-07", 100, 0))
        .then_expect_error(AccountError::Absent);
}

#[test]
fn a_meter_is_assigned_once_at_a_time_and_its_times_do_not_overlap() {
    let given = vec![
        AccountEvent::Opened(opening()),
        AccountEvent::MeterAssigned(assignment("2026-06-21")),
    ];
    let when =
        |given: &[AccountEvent], command| Accounts::with(()).given(given.to_vec()).when(command);
    when(
        &given,
        AccountCommand::AssignMeter(assignment("2026-08-01")),
    )
    .then_expect_error(AccountError::MeterAlreadyAssigned("W1".parse().unwrap()));
    when(&given, AccountCommand::ReleaseMeter(release("2026-06-20"))).then_expect_error(
        AccountError::ReleasedTooEarly {
            from: date("2026-06-21"),
        },
    );
    when(
        &given[..1],
        AccountCommand::ReleaseMeter(release("2026-07-21")),
    )
    .then_expect_error(AccountError::MeterNotAssigned("W1".parse().unwrap()));

    let mut given = given;
    given.push(AccountEvent::MeterReleased(release("2026-07-21")));
    when(
        &given,
        AccountCommand::AssignMeter(assignment("2026-07-20")),
    )
    .then_expect_error(AccountError::AssignmentOverlaps {
        meter_no: "W1".parse().unwrap(),
        until: date("2026-07-21"),
    });
    let again = assignment("2026-07-21");
    when(&given, AccountCommand::AssignMeter(again.clone()))
        .then_expect_events(vec![AccountEvent::MeterAssigned(again)]);
}

#[test]
fn a_bill_moves_the_meter_and_the_tier_year_on() {
    let account = record(charged());
    let meter = &account.meters()[0];
    assert_eq!(meter.billed_cumulative, "131".parse().unwrap());
    assert_eq!(meter.billed_reading, Some("r1".parse().unwrap()));
    assert_eq!(meter.billed_to, date("2026-07-21"));
    assert!(!meter.is_settled());
    let tariff = "water-home".parse().unwrap();
    assert_eq!(
        account.quantity_to_date(&tariff, date("2026-01-01")),
        "199".parse().unwrap()
    );
    assert_eq!(
        account.quantity_to_date(&tariff, date("2027-01-01")),
        "0".parse().unwrap()
    );

    let mut events = charged();
    events.push(AccountEvent::MeterReleased(release("2026-07-21")));
    assert!(record(events).meters()[0].is_settled());
}

#[test]
fn a_month_is_billed_once_and_months_go_forward() {
    let when = |of| Accounts::with(()).given(charged()).when(charge(of, 1, 0));
    when("2026-07").then_expect_error(AccountError::MonthAlreadyBilled {
        account_no: "A1".parse().unwrap(),
        month: month("2026-07"),
    });
    when("2026-06").then_expect_error(AccountError::LaterMonthBilled {
        account_no: "A1".parse().unwrap(),
        billed: month("2026-07"),
        month: month("2026-06"),
    });
    when("2026-08").then_expect_events(vec![
        AccountEvent::Charged(bill("2026-08", 1, 0)),
        notice("2026-08", 1),
    ]);
}

#[test]
fn a_part_payment_leaves_the_rest_open_and_is_shared_by_commodity() {
    let first = settle("p1", "2026-07", 5001, 0);
    // 5001 × 0.6 = 3000.6 and 5001 × 0.4 = 2000.4: the larger remainder gets the fen.
    let share = share("2026-07", 3001, 2000);
    Accounts::with(())
        .given(charged())
        .when(first)
        .then_expect_events(vec![allocated("p1", share.clone())]);
    let mut events = charged();
    events.push(allocated("p1", share));
    assert_eq!(
        record(events.clone()).ledger().open_amount(),
        Fen::new(4999)
    );
    Accounts::with(())
        .given(events)
        .when(settle("p2", "2026-07", 5000, 0))
        .then_expect_error(AccountError::ShareNotCovered(bill_no("2026-07")));
}

#[test]
fn money_for_no_bill_a_wrong_bill_or_twice_is_refused() {
    let when = |command| Accounts::with(()).given(charged()).when(command);
    when(settle("p1", "2026-07", 0, 0))
        .then_expect_error(AccountError::ShareNotCovered(bill_no("2026-07")));
    when(settle("p1", "2026-06", 1, 0))
        .then_expect_error(AccountError::BillUnknown(bill_no("2026-06")));
    when(settle("p1", "2026-07", 1, i64::MAX)).then_expect_error(AccountError::Overflow);
    let mut paid = charged();
    paid.push(allocated("p1", share("2026-07", 1, 0)));
    Accounts::with(())
        .given(paid)
        .when(settle("p1", "2026-07", 1, 0))
        .then_expect_error(AccountError::PaymentAlreadyBooked("p1".parse().unwrap()));
}

#[test]
fn credit_pays_the_oldest_bill_first_and_the_notice_asks_for_the_rest() {
    let mut given = charged();
    given.push(allocated("p1", share("2026-07", 6000, 4000)));
    given.push(credited("p1", 300));
    given.push(credited("p2", 500));
    let applied = |payment: &str, bill| AccountEvent::CreditApplied {
        payment_id: payment.parse().unwrap(),
        bill,
    };
    Accounts::with(())
        .given(given.clone())
        .when(charge("2026-08", 1000, 0))
        .then_expect_events(vec![
            AccountEvent::Charged(bill("2026-08", 1000, 0)),
            applied("p1", share("2026-08", 300, 0)),
            applied("p2", share("2026-08", 500, 0)),
            notice_to_pay("2026-08", 1000, 200),
        ]);
    Accounts::with(())
        .given(given)
        .when(charge("2026-08", 700, 0))
        .then_expect_events(vec![
            AccountEvent::Charged(bill("2026-08", 700, 0)),
            applied("p1", share("2026-08", 300, 0)),
            applied("p2", share("2026-08", 400, 0)),
            notice_to_pay("2026-08", 700, 0),
        ]);
}

#[test]
fn a_reversal_opens_every_bill_the_payment_and_its_credit_had_paid() {
    let mut given = charged();
    given.push(allocated("p1", share("2026-07", 6000, 4000)));
    given.push(credited("p1", 300));
    given.push(AccountEvent::Charged(bill("2026-08", 200, 0)));
    given.push(AccountEvent::CreditApplied {
        payment_id: "p1".parse().unwrap(),
        bill: share("2026-08", 200, 0),
    });
    let before = record(given.clone());
    assert_eq!(
        (before.ledger().open_amount(), before.ledger().credit()),
        (Fen::ZERO, Fen::new(100))
    );
    let reversed = AccountEvent::PaymentReversed {
        payment_id: "p1".parse().unwrap(),
        bills: vec![share("2026-07", 6000, 4000), share("2026-08", 200, 0)],
        credit: Fen::new(100),
        deposit: None,
    };
    let reverse = AccountCommand::ReversePayment {
        payment_id: "p1".parse().unwrap(),
    };
    Accounts::with(())
        .given(given.clone())
        .when(reverse.clone())
        .then_expect_events(vec![reversed.clone()]);
    given.push(reversed);
    let after = record(given.clone());
    assert_eq!(
        (after.ledger().open_amount(), after.ledger().credit()),
        (Fen::new(10200), Fen::ZERO)
    );
    Accounts::with(())
        .given(given)
        .when(reverse)
        .then_expect_error(AccountError::PaymentUnknown("p1".parse().unwrap()));
}

fn note() -> Note {
    Note {
        note_no: "A1-202607C1".parse().unwrap(),
        bill_no: "A1-202607".parse().unwrap(),
        month: month("2026-07"),
        booked_in: month("2026-08"),
        issued_on: date("2026-09-01"),
        amount: Fen::new(-500),
        parts: vec![CommodityAmount {
            commodity: Commodity::Water,
            amount: Fen::new(-500),
        }],
        reason: "照片显示 160".to_owned(),
    }
}

/// What may be done to a bill that was issued.
fn after_the_issue() -> Vec<AccountEvent> {
    vec![
        AccountEvent::PaymentReleased {
            payment_id: "p1".parse().unwrap(),
            bill: share("2026-07", 500, 0),
        },
        AccountEvent::BillAdjusted(note()),
        AccountEvent::Rebilled(Rebilling {
            issued_on: date("2026-09-01"),
            reason: "照片显示 160".to_owned(),
            bills: vec![RebilledBill {
                bill_no: "A1-202607".parse().unwrap(),
                month: month("2026-07"),
                note: Some(note()),
                before: bill("2026-07", 6000, 4000).lines,
                after: bill("2026-07", 5500, 4000).lines,
                meters: bill("2026-07", 5500, 4000).meters,
                origin: Some(origin()),
            }],
            net: Fen::new(-500),
        }),
        AccountEvent::BillVoided(BillVoided {
            bill_no: "A1-202607".parse().unwrap(),
            month: month("2026-07"),
            amount: Fen::new(10000),
            voided_on: date("2026-09-01"),
            reason: "户号错误".to_owned(),
            meters: vec![MeterStanding {
                meter_no: "W1".parse().unwrap(),
                assigned_from: date("2026-06-21"),
                billed_cumulative: "100".parse().unwrap(),
                billed_to: date("2026-06-21"),
            }],
        }),
    ]
}

#[test]
fn every_event_keeps_its_golden_json() {
    let change = AccountChange {
        class: Some(AccountClass::StaffDorm),
        campus: Some("S".parse().unwrap()),
        holder: Some(Personal::new("account/A1", "王芳芳".to_owned())),
        phone: Some(PhoneChange::Removed),
        address: Some(Personal::new("account/A1", "北苑 3 栋 202".to_owned())),
        household_persons: Some(5),
    };
    let mut events = charged();
    for event in &mut events {
        if let AccountEvent::Charged(bill) = event {
            bill.origin = Some(origin());
        }
    }
    events.extend([
        AccountEvent::Changed(change),
        AccountEvent::MeterReleased(release("2026-07-21")),
        allocated("p1", share("2026-07", 6000, 4000)),
        credited("p1", 300),
        AccountEvent::CreditApplied {
            payment_id: "p1".parse().unwrap(),
            bill: share("2026-08", 200, 0),
        },
        AccountEvent::PaymentReversed {
            payment_id: "p1".parse().unwrap(),
            bills: vec![share("2026-07", 6000, 4000)],
            credit: Fen::new(100),
            deposit: Some(Fen::new(20000)),
        },
        AccountEvent::DunningPaused {
            claim_id: "01900000-0000-7000-8000-000000000003".parse().unwrap(),
        },
        AccountEvent::DunningResumed {
            claim_id: "01900000-0000-7000-8000-000000000003".parse().unwrap(),
        },
        AccountEvent::ReceiptRecalled {
            receipt_no: "S-2026-000123".parse().unwrap(),
            bills: vec!["A1-202607".parse().unwrap()],
        },
        AccountEvent::ReceiptReturned {
            receipt_no: "S-2026-000123".parse().unwrap(),
        },
        AccountEvent::BindingRequested {
            binding_id: "b1".parse().unwrap(),
            customer_id: "c1".parse().unwrap(),
        },
        AccountEvent::BindingApproved {
            binding_id: "b1".parse().unwrap(),
        },
        AccountEvent::BindingRejected {
            binding_id: "b1".parse().unwrap(),
        },
        AccountEvent::BindingRevoked {
            binding_id: "b1".parse().unwrap(),
        },
        AccountEvent::HolderErasureScheduled {
            name_until: "2057-01-01".parse().unwrap(),
        },
        AccountEvent::HolderErased,
        AccountEvent::ClassChanged(ClassChanged {
            class: AccountClass::Unit,
            from: "2026-09-01".parse().unwrap(),
        }),
    ]);
    events.extend(after_the_issue());
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AccountEvent>(&json).unwrap(), event);
    }
}

#[test]
fn statement_lines_add_up_to_open_bills_less_credit() {
    let mut events = charged();
    let balance = |events: &[AccountEvent]| -> i64 {
        let lines = events.iter().flat_map(AccountEvent::statement_lines);
        lines.map(|line| line.change().value()).sum()
    };
    let applied = AccountEvent::CreditApplied {
        payment_id: "p1".parse().unwrap(),
        bill: share("2026-08", 200, 0),
    };
    let reversed = AccountEvent::PaymentReversed {
        payment_id: "p1".parse().unwrap(),
        bills: vec![share("2026-07", 6000, 4000), share("2026-08", 200, 0)],
        credit: Fen::new(100),
        deposit: None,
    };
    let steps = [
        (allocated("p1", share("2026-07", 6000, 4000)), 0),
        (credited("p1", 300), -300),
        (AccountEvent::Charged(bill("2026-08", 200, 0)), -100),
        (applied, -100),
        (reversed, 10200),
    ];
    for (event, expected) in steps {
        events.push(event);
        assert_eq!(balance(&events), expected);
        let account = record(events.clone());
        let ledger = account.ledger();
        assert_eq!(
            ledger.open_amount().value() - ledger.credit().value(),
            expected
        );
    }
}

fn noon(day: &str) -> DateTime<Utc> {
    crate::units::start_of_business_day(date(day)) + chrono::TimeDelta::hours(12)
}

#[test]
fn a_payment_known_to_be_reversed_stands_on_no_day() {
    let august = bill("2026-08", 3_000, 1_000);
    let september = Bill {
        issued_on: date("2026-10-01"),
        ..bill("2026-09", 500, 500)
    };
    let payment_id = || "p1".parse::<crate::units::PaymentId>().unwrap();
    let share = |bill: &Bill, amount: i64| {
        let charged = [(noon("2026-10-01"), AccountEvent::Charged(bill.clone()))];
        let statement = Statement::of(&charged, None).unwrap();
        let open = statement.ledger().bill(&bill.bill_no).unwrap();
        open.share(Fen::new(amount)).unwrap()
    };
    let (first, second) = (share(&august, 4_000), share(&september, 300));
    let known = [
        (noon("2026-08-01"), AccountEvent::Charged(august)),
        (
            noon("2026-09-16"),
            AccountEvent::PaymentAllocated {
                payment_id: payment_id(),
                bill: first.clone(),
            },
        ),
        (
            noon("2026-09-16"),
            AccountEvent::CreditAdded {
                payment_id: payment_id(),
                amount: Fen::new(300),
            },
        ),
        (noon("2026-10-01"), AccountEvent::Charged(september)),
        (
            noon("2026-10-01"),
            AccountEvent::CreditApplied {
                payment_id: payment_id(),
                bill: second.clone(),
            },
        ),
        (
            noon("2026-10-05"),
            AccountEvent::PaymentReversed {
                payment_id: payment_id(),
                bills: vec![first, second],
                credit: Fen::ZERO,
                deposit: None,
            },
        ),
    ];
    let told = |known: &[(DateTime<Utc>, AccountEvent)], day: Option<&str>| {
        let statement = Statement::of(known, day.map(date)).unwrap();
        let ledger = statement.ledger();
        let (open, credit) = (ledger.open_amount().value(), ledger.credit().value());
        let balance = statement.entries().last().map_or(0, |e| e.balance.value());
        assert_eq!(balance, open - credit, "{day:?}");
        (open, credit)
    };
    let before = &known[..5];
    for (day, then, now) in [
        (Some("2026-07-31"), (0, 0), (0, 0)),
        (Some("2026-09-15"), (4_000, 0), (4_000, 0)),
        (Some("2026-09-16"), (0, 300), (4_000, 0)),
        (Some("2026-10-01"), (700, 0), (5_000, 0)),
        (None, (700, 0), (5_000, 0)),
    ] {
        assert_eq!(
            told(before, day),
            then,
            "{day:?} before the reversal was known"
        );
        assert_eq!(told(&known, day), now, "{day:?} as known now");
    }
}

#[test]
fn the_campus_must_exist_at_the_opening_and_at_a_change() {
    let mut desk = Desk::new("2026-09-01");
    let mut open = OpenAccount {
        account_no: "A1".parse().unwrap(),
        class: AccountClass::Resident,
        campus: "X".parse().unwrap(),
        holder: "王芳".to_owned(),
        phone: None,
        address: "北苑 3 栋 201".to_owned(),
        household_persons: 3,
    };
    let refused = desk.run(&open).unwrap_err();
    assert_eq!(refused.code, "CAMPUS_UNKNOWN");
    assert_eq!(refused.field, Some(vec!["campus".to_owned()]));
    open.campus = "N".parse().unwrap();
    desk.run(&open).unwrap();
    let moved = ChangeAccount {
        account_no: "A1".parse().unwrap(),
        class: None,
        campus: Some("X".parse().unwrap()),
        holder: None,
        phone: None,
        remove_phone: false,
        address: None,
        household_persons: None,
    };
    assert_eq!(desk.refused(&moved), "CAMPUS_UNKNOWN");
}
