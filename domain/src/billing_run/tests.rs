use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;

use super::*;
use crate::billing_master::{BillingMaster, SetBillingMaster};
use crate::billing_month::CloseMonth;
use crate::desk::Desk;
use crate::units::{AccountNo, BillingRunId, Fen};

fn start(month: &str, campus: Option<&str>) -> StartBillingRun {
    StartBillingRun {
        month: month.parse().unwrap(),
        campus: campus.map(|campus| campus.parse().unwrap()),
        accounts: Vec::new(),
        due_on: None,
        counted: 60_000,
    }
}

fn account_no(text: &str) -> AccountNo {
    text.parse().unwrap()
}

fn billed(billed: u32, fen: i64) -> BillingCounts {
    BillingCounts {
        billed,
        total: Fen::new(fen),
        ..BillingCounts::default()
    }
}

fn step(through: &str, counts: BillingCounts) -> BillingRunAdvanced {
    BillingRunAdvanced {
        through: account_no(through),
        counts,
        unread: Vec::new(),
        refusals: Vec::new(),
    }
}

fn advance(
    run_id: &BillingRunId,
    from: Option<&str>,
    step: Option<BillingRunAdvanced>,
) -> AdvanceBillingRun {
    AdvanceBillingRun {
        run_id: run_id.clone(),
        from: from.map(account_no),
        step,
        last: false,
    }
}

fn finish(run_id: &BillingRunId, from: Option<&str>) -> AdvanceBillingRun {
    AdvanceBillingRun {
        last: true,
        ..advance(run_id, from, None)
    }
}

fn record(desk: &mut Desk, run_id: &BillingRunId) -> BillingRunRecord {
    let look_up = LookUpBillingRun {
        run_id: run_id.clone(),
    };
    desk.run(&look_up).unwrap().outcome
}

#[test]
fn a_run_is_checked_before_any_account_is_billed() {
    let mut desk = Desk::new("2026-07-15");
    let due = |due_on: &str| StartBillingRun {
        due_on: Some(due_on.parse().unwrap()),
        ..start("2026-07", None)
    };
    assert_eq!(
        desk.refused(&start("2026-08", None)),
        "BILLING_MONTH_IN_FUTURE"
    );
    assert_eq!(desk.refused(&due("2026-07-14")), "BILLING_DUE_BEFORE_ISSUE");
    assert_eq!(desk.refused(&start("2026-07", Some("X"))), "CAMPUS_UNKNOWN");
    let begun = desk.run(&due("2026-07-15")).unwrap();
    assert_eq!(begun.event_types(), ["billing_run.started"]);
    let run = record(&mut desk, &begun.outcome);
    assert_eq!(run.started.started_by, Actor::Staff("li".to_owned()));
    assert_eq!((run.started.expected, run.through), (60_000, None));
}

#[test]
fn r91_no_run_begins_over_a_campus_the_charging_system_bills() {
    let mut desk = Desk::new("2026-07-15");
    let set = SetBillingMaster {
        campus: "N".parse().unwrap(),
        master: BillingMaster::ChargingSystem,
        from: "2025-01".parse().unwrap(),
        late_fees_here: false,
        reason: "收费系统继续开账".to_owned(),
        billed: 0,
    };
    desk.run(&set).unwrap();
    let refused = desk.refused(&start("2026-07", Some("N")));
    assert_eq!(refused, "BILLING_MASTER_IS_CHARGING_SYSTEM");
    desk.run(&start("2026-07", Some("S"))).unwrap();
}

#[test]
fn over_all_accounts_one_run_of_a_month_and_campus_is_open_at_a_time() {
    let mut desk = Desk::new("2026-08-15");
    let north = desk.run(&start("2026-07", Some("N"))).unwrap().outcome;
    assert_eq!(
        desk.refused(&start("2026-07", Some("N"))),
        "BILLING_RUN_UNDER_WAY"
    );
    desk.run(&start("2026-08", Some("N"))).unwrap();
    desk.run(&finish(&north, None)).unwrap();
    let again = desk.run(&start("2026-07", Some("N"))).unwrap().outcome;
    assert_ne!(again, north);
    let all = desk.run(&start("2026-07", None)).unwrap().outcome;
    assert_eq!(
        desk.refused(&start("2026-07", Some("S"))),
        "BILLING_RUN_UNDER_WAY"
    );
    desk.run(&finish(&all, None)).unwrap();
    desk.run(&start("2026-07", Some("S"))).unwrap();
}

#[test]
fn a_month_is_not_closed_while_it_is_being_billed() {
    let mut desk = Desk::new("2026-08-15");
    let close = CloseMonth {
        campus: "N".parse().unwrap(),
        month: "2026-07".parse().unwrap(),
    };
    for campus in [Some("N"), None] {
        let run = desk.run(&start("2026-07", campus)).unwrap().outcome;
        assert_eq!(desk.refused(&close), "BILLING_MONTH_BEING_BILLED");
        desk.run(&finish(&run, None)).unwrap();
    }
    // Another campus's run is none of its business.
    desk.run(&start("2026-07", Some("S"))).unwrap();
    desk.run(&close).unwrap();
}

#[test]
fn a_run_over_named_accounts_waits_for_nobody_and_takes_each_once() {
    let mut desk = Desk::new("2026-08-15");
    desk.run(&start("2026-07", None)).unwrap();
    let named = StartBillingRun {
        accounts: ["B2", "A1", "B2"].map(account_no).to_vec(),
        ..start("2026-07", None)
    };
    let run_id = desk.run(&named).unwrap().outcome;
    let started = record(&mut desk, &run_id).started;
    assert_eq!(started.accounts, ["A1", "B2"].map(account_no));
    assert_eq!(started.expected, 2);
    desk.run(&finish(&run_id, None)).unwrap();
    // It held no place, and gives none up.
    assert_eq!(
        desk.refused(&start("2026-07", None)),
        "BILLING_RUN_UNDER_WAY"
    );
}

#[test]
fn a_run_goes_on_only_from_where_it_is() {
    let mut desk = Desk::new("2026-08-15");
    let run_id = desk.run(&start("2026-07", None)).unwrap().outcome;
    let first = advance(&run_id, None, Some(step("A5", billed(5, 500))));
    let advanced = desk.run(&first).unwrap();
    assert_eq!(advanced.event_types(), ["billing_run.advanced"]);
    // Another driver did the same accounts.
    assert_eq!(desk.refused(&first), "BILLING_RUN_MOVED_ON");
    let last = AdvanceBillingRun {
        last: true,
        ..advance(&run_id, Some("A5"), Some(step("A7", billed(2, 20))))
    };
    let done = desk.run(&last).unwrap();
    assert_eq!(
        done.event_types(),
        ["billing_run.advanced", "billing_run.finished"]
    );
    assert_eq!(desk.refused(&last), "BILLING_RUN_FINISHED");
    let run = record(&mut desk, &run_id);
    assert_eq!((run.counts, run.is_finished), (billed(7, 520), true));
    assert_eq!(run.counts.accounts(), 7);
    let stranger = "none".parse().unwrap();
    assert_eq!(
        desk.refused(&LookUpBillingRun { run_id: stranger }),
        "BILLING_RUN_UNKNOWN"
    );
}

#[test]
fn money_beyond_what_there_is_room_for_is_refused() {
    let mut desk = Desk::new("2026-08-15");
    let run_id = desk.run(&start("2026-07", None)).unwrap().outcome;
    desk.run(&advance(
        &run_id,
        None,
        Some(step("A1", billed(1, i64::MAX))),
    ))
    .unwrap();
    let more = advance(&run_id, Some("A1"), Some(step("A2", billed(1, 1))));
    assert_eq!(desk.refused(&more), "BILLING_RUN_OVERFLOW");
}

#[test]
fn the_first_accounts_are_told_one_by_one_and_the_others_counted() {
    let mut desk = Desk::new("2026-08-15");
    let run_id = desk.run(&start("2026-07", None)).unwrap().outcome;
    let sixty = |letter: &str| -> Vec<AccountNo> {
        let numbers = (10..70).map(|number| account_no(&format!("{letter}{number}")));
        numbers.collect()
    };
    for (from, letter, through) in [(None, "A", "A69"), (Some("A69"), "B", "B69")] {
        let refused = sixty(letter).into_iter().map(|account_no| RefusedAccount {
            account_no,
            code: "BILLING_READINGS_HELD".to_owned(),
            message: "待审核".to_owned(),
        });
        let counts = BillingCounts {
            nothing_to_bill: 60,
            refused: 60,
            ..BillingCounts::default()
        };
        let told = BillingRunAdvanced {
            through: account_no(through),
            counts,
            unread: sixty(letter),
            refusals: refused.collect(),
        };
        desk.run(&advance(&run_id, from, Some(told))).unwrap();
    }
    let run = record(&mut desk, &run_id);
    assert_eq!(run.counts.accounts(), 240);
    assert_eq!(run.unread.len(), BILLING_RUN_TOLD_MAX);
    assert_eq!(run.refusals.len(), BILLING_RUN_TOLD_MAX);
    assert_eq!(run.refusals[99].account_no, account_no("B49"));
}

#[test]
fn events_keep_their_form() {
    let counts = BillingCounts {
        billed: 498,
        total: Fen::new(3_087_600),
        nothing_to_bill: 1,
        already_billed: 2,
        prepaid: 3,
        billed_there: 4,
        refused: 1,
    };
    let started = BillingRunStarted {
        run_id: "0198c5b2-7d1e-7c3a-9a53-0e1f2a3b4c5d".parse().unwrap(),
        month: "2026-07".parse().unwrap(),
        campus: Some("N".parse().unwrap()),
        accounts: vec![account_no("A1"), account_no("B2")],
        due_on: Some("2026-08-31".parse().unwrap()),
        expected: 2,
        started_by: Actor::Staff("li".to_owned()),
        started_at: "2026-08-01T01:00:00Z".parse().unwrap(),
    };
    let advanced = BillingRunAdvanced {
        through: account_no("B2"),
        counts,
        unread: vec![account_no("A1")],
        refusals: vec![RefusedAccount {
            account_no: account_no("B2"),
            code: "BILLING_READINGS_HELD".to_owned(),
            message: "表计 W-B2 的读数待审核，审核通过后再开账".to_owned(),
        }],
    };
    for event in [
        BillingRunEvent::Started(started),
        BillingRunEvent::Advanced(advanced),
        BillingRunEvent::Finished { counts },
    ] {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        let read: BillingRunEvent = serde_json::from_str(&json).unwrap();
        assert_eq!(read, event);
    }
}
