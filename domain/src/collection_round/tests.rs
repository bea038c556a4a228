use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;

use super::*;
use crate::account::fixture::{charge, open};
use crate::desk::Desk;
use crate::payment::{PaymentMethod, RecordDeposit, RecordPayment, ReversePayment};
use crate::staff::{ContactInput, HireStaff, Role};
use crate::units::{AccountNo, CollectionRoundId, Fen, PaymentId};

/// What makes a plan that would be accepted one that is refused.
type Change<'a> = &'a dyn Fn(&mut PlanCollectionRound);

const TODAY: &str = "2026-09-24";

fn hire(desk: &mut Desk, login: &str, role: Role, campus: Option<&str>) {
    let hire = HireStaff {
        login: login.parse().unwrap(),
        name: "李红".to_owned(),
        department: "营业部".to_owned(),
        position: "职员".to_owned(),
        campus: campus.map(|campus| campus.parse().unwrap()),
        roles: [role].into(),
        contact: ContactInput::default(),
    };
    desk.by("admin").run(&hire).unwrap();
}

/// li and zhou collect, ma sends them out; three households owe 100.00 each.
fn desk() -> Desk {
    let mut desk = Desk::new(TODAY);
    hire(&mut desk, "li", Role::Cashier, Some("N"));
    hire(&mut desk, "zhou", Role::Cashier, None);
    hire(&mut desk, "sun", Role::Cashier, Some("S"));
    hire(&mut desk, "ma", Role::Manager, None);
    for account_no in ["A1", "A2", "A3"] {
        open(&mut desk, account_no);
        charge(&mut desk, account_no, "2026-08", 6000, 4000);
    }
    desk
}

fn numbers(texts: &[&str]) -> Vec<AccountNo> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn plan(accounts: &[&str]) -> PlanCollectionRound {
    PlanCollectionRound {
        campus: "N".parse().unwrap(),
        day: TODAY.parse().unwrap(),
        cashier: "li".parse().unwrap(),
        accounts: numbers(accounts),
        note: None,
    }
}

fn planned(desk: &mut Desk) -> CollectionRoundId {
    let planned = desk.by("ma").run(&plan(&["A1", "A2", "A3"])).unwrap();
    planned.outcome.round_id
}

fn visit(
    round_id: &CollectionRoundId,
    account_no: &str,
    outcome: VisitOutcome,
) -> RecordCollectionVisit {
    RecordCollectionVisit {
        round_id: round_id.clone(),
        account_no: account_no.parse().unwrap(),
        outcome,
        payment_id: None,
        promised_on: None,
        left_note: None,
        note: None,
    }
}

fn paid(
    round_id: &CollectionRoundId,
    account_no: &str,
    payment_id: &PaymentId,
) -> RecordCollectionVisit {
    RecordCollectionVisit {
        payment_id: Some(payment_id.clone()),
        ..visit(round_id, account_no, VisitOutcome::Paid)
    }
}

fn take(desk: &mut Desk, by: &str, accounts: &[&str], amount: i64) -> PaymentId {
    let cash = RecordPayment {
        method: PaymentMethod::Cash,
        amount: Fen::new(amount),
        campus: "N".parse().unwrap(),
        accounts: numbers(accounts),
        bills: Vec::new(),
        cheque: None,
        payer: None,
    };
    desk.by(by).run(&cash).unwrap().outcome.payment_id
}

fn reverse(desk: &mut Desk, payment_id: &PaymentId) {
    let reverse = ReversePayment {
        payment_id: payment_id.clone(),
        reason: "收错户".to_owned(),
    };
    desk.by("ma").run(&reverse).unwrap();
}

#[test]
fn r62_a_round_is_planned_for_a_day_to_come_and_a_cashier_who_may_take_money_there() {
    let mut desk = desk();
    desk.by("ma");
    let refused = |desk: &mut Desk, change: &dyn Fn(&mut PlanCollectionRound)| {
        let mut wanted = plan(&["A1"]);
        change(&mut wanted);
        desk.refused(&wanted)
    };
    let cases: [(&str, Change); 10] = [
        ("COLLECTION_ROUND_NO_ACCOUNTS", &|it| it.accounts.clear()),
        ("COLLECTION_ROUND_ACCOUNT_TWICE", &|it| {
            it.accounts = numbers(&["A1", "A2", "A1"]);
        }),
        ("ACCOUNT_UNKNOWN", &|it| {
            it.accounts = numbers(&["A1", "A9"]);
        }),
        ("COLLECTION_ROUND_ACCOUNT_ELSEWHERE", &|it| {
            it.campus = "S".parse().unwrap();
            it.cashier = "zhou".parse().unwrap();
        }),
        ("COLLECTION_ROUND_DAY_PAST", &|it| {
            it.day = "2026-09-23".parse().unwrap();
        }),
        ("CAMPUS_UNKNOWN", &|it| it.campus = "X".parse().unwrap()),
        ("STAFF_UNKNOWN", &|it| {
            it.cashier = "nobody".parse().unwrap();
        }),
        ("COLLECTION_ROUND_CASHIER_MAY_NOT_COLLECT", &|it| {
            it.cashier = "ma".parse().unwrap();
        }),
        ("COLLECTION_ROUND_CASHIER_ELSEWHERE", &|it| {
            it.cashier = "sun".parse().unwrap();
        }),
        ("COLLECTION_ROUND_TOO_MANY_ACCOUNTS", &|it| {
            let many = 0..=COLLECTION_ROUND_ACCOUNTS_MAX;
            it.accounts = many.map(|n| format!("B{n}").parse().unwrap()).collect();
        }),
    ];
    for (code, change) in cases {
        assert_eq!(refused(&mut desk, change), code);
    }
    let planned = desk.run(&plan(&["A2", "A1"])).unwrap();
    assert_eq!(planned.event_types(), ["collection_round.planned"]);
}

#[test]
fn r62_who_was_not_home_may_pay_later_and_who_has_paid_stays_paid() {
    let mut desk = desk();
    let round_id = planned(&mut desk);
    let nobody = RecordCollectionVisit {
        left_note: Some("便条 7".to_owned()),
        ..visit(&round_id, "A1", VisitOutcome::NobodyHome)
    };
    let noted = desk.by("li").run(&nobody).unwrap();
    assert_eq!(noted.event_types(), ["collection_round.account_visited"]);
    let payment_id = take(&mut desk, "li", &["A1"], 6000);
    desk.by("li")
        .run(&paid(&round_id, "A1", &payment_id))
        .unwrap();
    for outcome in [VisitOutcome::NobodyHome, VisitOutcome::Refused] {
        let code = desk.refused(&visit(&round_id, "A1", outcome));
        assert_eq!(code, "COLLECTION_ROUND_ALREADY_PAID");
    }
    let again = desk.run(&paid(&round_id, "A1", &payment_id)).unwrap();
    assert_eq!(again.event_types(), [""; 0]);
    let rest = take(&mut desk, "li", &["A1"], 4000);
    let more = desk.run(&paid(&round_id, "A1", &rest)).unwrap();
    assert_eq!(more.event_types(), ["collection_round.account_visited"]);
}

#[test]
fn r62_a_payment_undone_makes_room_for_another_outcome() {
    let mut desk = desk();
    let round_id = planned(&mut desk);
    let payment_id = take(&mut desk, "li", &["A1"], 10_000);
    desk.run(&paid(&round_id, "A1", &payment_id)).unwrap();
    reverse(&mut desk, &payment_id);
    desk.by("li");
    desk.run(&visit(&round_id, "A1", VisitOutcome::Refused))
        .unwrap();
    let code = desk.refused(&paid(&round_id, "A2", &payment_id));
    assert_eq!(code, "COLLECTION_ROUND_PAYMENT_REVERSED");
}

#[test]
fn r62_a_visit_that_paid_names_money_this_cashier_took_for_the_account() {
    let mut desk = desk();
    let before = take(&mut desk, "li", &["A1"], 1000);
    let round_id = {
        let tomorrow = PlanCollectionRound {
            day: "2026-09-25".parse().unwrap(),
            ..plan(&["A1", "A2"])
        };
        desk.by("ma").run(&tomorrow).unwrap().outcome.round_id
    };
    let nobody = visit(&round_id, "A1", VisitOutcome::NobodyHome);
    assert_eq!(desk.by("li").refused(&nobody), "COLLECTION_ROUND_NOT_YET");
    desk.on("2026-09-25");
    let of_zhou = take(&mut desk, "zhou", &["A1"], 1000);
    let deposit = RecordDeposit {
        account_no: "A1".parse().unwrap(),
        method: PaymentMethod::Cash,
        amount: Fen::new(20_000),
        campus: "N".parse().unwrap(),
        cheque: None,
        payer: None,
    };
    let held = desk.by("li").run(&deposit).unwrap().outcome.payment_id;
    let both = take(&mut desk, "li", &["A1", "A2"], 18_000);
    let missing = visit(&round_id, "A1", VisitOutcome::Paid);
    assert_eq!(desk.refused(&missing), "COLLECTION_ROUND_PAYMENT_MISSING");
    let needless = RecordCollectionVisit {
        outcome: VisitOutcome::Refused,
        ..paid(&round_id, "A1", &both)
    };
    assert_eq!(
        desk.refused(&needless),
        "COLLECTION_ROUND_PAYMENT_UNEXPECTED"
    );
    for (payment_id, code) in [
        (&before, "COLLECTION_ROUND_PAYMENT_BEFORE"),
        (&of_zhou, "COLLECTION_ROUND_PAYMENT_NOT_BY_CASHIER"),
        (&held, "COLLECTION_ROUND_PAYMENT_OF_OTHER"),
        (&"P-none".parse().unwrap(), "PAYMENT_UNKNOWN"),
    ] {
        assert_eq!(desk.refused(&paid(&round_id, "A1", payment_id)), code);
    }
    // One payment may have been for two doors, and counts once for each.
    desk.run(&paid(&round_id, "A1", &both)).unwrap();
    desk.run(&paid(&round_id, "A2", &both)).unwrap();
    let other = PlanCollectionRound {
        day: "2026-09-25".parse().unwrap(),
        ..plan(&["A1"])
    };
    let other = desk.by("ma").run(&other).unwrap().outcome.round_id;
    let twice = desk.by("li").refused(&paid(&other, "A1", &both));
    assert_eq!(twice, "COLLECTION_ROUND_PAYMENT_USED");
}

#[test]
fn r62_only_who_was_sent_notes_what_came_of_it_and_says_enough() {
    let mut desk = desk();
    let round_id = planned(&mut desk);
    let nobody = visit(&round_id, "A1", VisitOutcome::NobodyHome);
    for other in ["zhou", "ma"] {
        assert_eq!(
            desk.by(other).refused(&nobody),
            "COLLECTION_ROUND_NOT_YOURS"
        );
    }
    desk.by("li");
    let stranger = visit(&round_id, "A9", VisitOutcome::NobodyHome);
    assert_eq!(
        desk.refused(&stranger),
        "COLLECTION_ROUND_ACCOUNT_NOT_LISTED"
    );
    let promised = |day: Option<&str>| RecordCollectionVisit {
        promised_on: day.map(|day| day.parse().unwrap()),
        ..visit(&round_id, "A1", VisitOutcome::Promised)
    };
    assert_eq!(
        desk.refused(&promised(None)),
        "COLLECTION_ROUND_PROMISE_MISSING"
    );
    assert_eq!(
        desk.refused(&promised(Some("2026-09-23"))),
        "COLLECTION_ROUND_PROMISE_PAST"
    );
    let needless = RecordCollectionVisit {
        outcome: VisitOutcome::Refused,
        ..promised(Some("2026-10-01"))
    };
    assert_eq!(
        desk.refused(&needless),
        "COLLECTION_ROUND_PROMISE_UNEXPECTED"
    );
    let other = |note: &str| RecordCollectionVisit {
        note: Some(note.to_owned()),
        ..visit(&round_id, "A1", VisitOutcome::Other)
    };
    assert_eq!(desk.refused(&other(" ")), "COLLECTION_ROUND_NOTE_REQUIRED");
    assert_eq!(desk.refused(&other(&"长".repeat(201))), "VALUE_TOO_LONG");
    desk.run(&promised(Some("2026-10-01"))).unwrap();
    desk.run(&other("狗在门口")).unwrap();
    let unknown = visit(&"R-none".parse().unwrap(), "A1", VisitOutcome::Refused);
    assert_eq!(desk.refused(&unknown), "COLLECTION_ROUND_NOT_FOUND");
}

#[test]
fn r62_who_was_not_visited_is_accounted_for_when_the_round_ends() {
    let mut desk = desk();
    let round_id = planned(&mut desk);
    let finish = |reason: Option<&str>| FinishCollectionRound {
        round_id: round_id.clone(),
        reason: reason.map(str::to_owned),
    };
    desk.by("li");
    desk.run(&visit(&round_id, "A1", VisitOutcome::MovedAway))
        .unwrap();
    assert_eq!(
        desk.refused(&finish(None)),
        "COLLECTION_ROUND_REASON_REQUIRED"
    );
    assert_eq!(
        desk.by("zhou").refused(&finish(Some("下雨"))),
        "COLLECTION_ROUND_NOT_YOURS"
    );
    let finished = desk.by("ma").run(&finish(Some("下雨"))).unwrap();
    assert_eq!(finished.event_types(), ["collection_round.finished"]);
    let late = visit(&round_id, "A2", VisitOutcome::NobodyHome);
    assert_eq!(desk.by("li").refused(&late), "COLLECTION_ROUND_OVER");
    assert_eq!(desk.refused(&finish(None)), "COLLECTION_ROUND_OVER");
}

#[test]
fn r62_all_visited_a_round_ends_without_a_word() {
    let mut desk = desk();
    let round_id = planned(&mut desk);
    desk.by("li");
    for account_no in ["A1", "A2", "A3"] {
        desk.run(&visit(&round_id, account_no, VisitOutcome::Refused))
            .unwrap();
    }
    let finish = FinishCollectionRound {
        round_id,
        reason: None,
    };
    desk.run(&finish).unwrap();
}

#[test]
fn r62_a_round_on_which_money_was_taken_is_finished_not_cancelled() {
    let mut desk = desk();
    let round_id = planned(&mut desk);
    let cancel = CancelCollectionRound {
        round_id: round_id.clone(),
        reason: "收费员请假".to_owned(),
    };
    let payment_id = take(&mut desk, "li", &["A1"], 10_000);
    desk.run(&paid(&round_id, "A1", &payment_id)).unwrap();
    assert_eq!(
        desk.by("ma").refused(&cancel),
        "COLLECTION_ROUND_HAS_PAYMENTS"
    );
    let other = planned(&mut desk);
    let cancel = |reason: &str| CancelCollectionRound {
        round_id: other.clone(),
        reason: reason.to_owned(),
    };
    assert_eq!(desk.refused(&cancel("  ")), "VALUE_EMPTY");
    let cancelled = desk.run(&cancel("收费员请假")).unwrap();
    assert_eq!(cancelled.event_types(), ["collection_round.cancelled"]);
    assert_eq!(desk.refused(&cancel("再取消")), "COLLECTION_ROUND_OVER");
}

#[test]
fn outcomes_read_back() {
    for outcome in VisitOutcome::ALL {
        assert_eq!(VisitOutcome::parse(outcome.as_str()), Some(outcome));
    }
    assert_eq!(VisitOutcome::parse("gone"), None);
}

#[test]
fn events_keep_their_form() {
    let by = || Actor::Staff("li".to_owned());
    let at = "2026-09-24T01:00:00Z".parse().unwrap();
    let events = [
        CollectionRoundEvent::Planned(RoundPlanned {
            round_id: "0198c5b2-7d1e-7c3a-9a53-0e1f2a3b4c5d".parse().unwrap(),
            campus: "N".parse().unwrap(),
            day: TODAY.parse().unwrap(),
            cashier: "li".parse().unwrap(),
            accounts: numbers(&["A1", "A2"]),
            note: Some("带收据本".to_owned()),
            planned_by: Actor::Staff("ma".to_owned()),
            planned_at: at,
        }),
        CollectionRoundEvent::AccountVisited(AccountVisited {
            account_no: "A1".parse().unwrap(),
            outcome: VisitOutcome::Paid,
            payment_id: Some("P1".parse().unwrap()),
            promised_on: Some("2026-10-01".parse().unwrap()),
            left_note: Some("便条 7".to_owned()),
            note: Some("收一半".to_owned()),
            visited_by: by(),
            visited_at: at,
        }),
        CollectionRoundEvent::Finished(RoundFinished {
            reason: Some("下雨".to_owned()),
            finished_by: by(),
            finished_at: at,
        }),
        CollectionRoundEvent::Cancelled(RoundCancelled {
            reason: "收费员请假".to_owned(),
            cancelled_by: by(),
            cancelled_at: at,
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        let read: CollectionRoundEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, event);
    }
}
