use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use cqrs_es::test::TestFramework;

use super::*;
use crate::units::BillingMonth;

type Masters = TestFramework<BillingMasters>;

fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

fn said(master: BillingMaster, from: &str) -> BillingMasterSet {
    BillingMasterSet {
        campus: "N".parse().unwrap(),
        master,
        from: month(from),
        late_fees_here: false,
        reason: "并行结束，切换".to_owned(),
        set_by: Actor::Staff("admin".to_owned()),
    }
}

fn set(master: BillingMaster, from: &str, billed: u32) -> BillingMasterCommand {
    BillingMasterCommand::Set {
        set: said(master, from),
        present: month("2026-09"),
        billed,
    }
}

fn was(master: BillingMaster, from: &str) -> BillingMasterEvent {
    BillingMasterEvent::Set(said(master, from))
}

#[test]
fn r91_until_something_is_said_bills_are_made_here() {
    let masters = BillingMasters::default();
    assert_eq!(masters.of(month("2026-09")).master, BillingMaster::Here);
    assert_eq!(masters.ours_since(month("2026-09")), None);
}

#[test]
fn r91_what_is_said_first_may_reach_back_where_nothing_was_billed() {
    use BillingMaster::ChargingSystem;
    Masters::with(())
        .given_no_previous_events()
        .when(set(ChargingSystem, "2025-01", 0))
        .then_expect_events(vec![was(ChargingSystem, "2025-01")]);
    Masters::with(())
        .given_no_previous_events()
        .when(set(ChargingSystem, "2026-08", 3))
        .then_expect_error(BillingMasterError::Billed {
            from: month("2026-08"),
            bills: 3,
        });
    Masters::with(())
        .given_no_previous_events()
        .when(set(ChargingSystem, "2026-10", 0))
        .then_expect_events(vec![was(ChargingSystem, "2026-10")]);
}

#[test]
fn r91_a_switch_begins_with_a_month_that_has_not_begun() {
    use BillingMaster::{ChargingSystem, Here};
    let given = || vec![was(ChargingSystem, "2025-01")];
    for begun in ["2026-08", "2026-09"] {
        Masters::with(())
            .given(given())
            .when(set(Here, begun, 0))
            .then_expect_error(BillingMasterError::MonthBegun(month(begun)));
    }
    Masters::with(())
        .given(given())
        .when(set(Here, "2026-10", 0))
        .then_expect_events(vec![was(Here, "2026-10")]);
    // Put off, it holds later; asked again, nothing is new.
    let planned = vec![was(ChargingSystem, "2025-01"), was(Here, "2026-10")];
    Masters::with(())
        .given(planned.clone())
        .when(set(ChargingSystem, "2026-10", 0))
        .then_expect_events(vec![was(ChargingSystem, "2026-10")]);
    Masters::with(())
        .given(planned)
        .when(set(Here, "2026-10", 0))
        .then_expect_events(vec![]);
}

#[test]
fn r91_what_does_not_change_who_bills_may_be_said_of_any_month() {
    use BillingMaster::ChargingSystem;
    let mut with_fees = said(ChargingSystem, "2026-08");
    with_fees.late_fees_here = true;
    Masters::with(())
        .given(vec![was(ChargingSystem, "2025-01")])
        .when(BillingMasterCommand::Set {
            set: with_fees.clone(),
            present: month("2026-09"),
            billed: 7,
        })
        .then_expect_events(vec![BillingMasterEvent::Set(with_fees)]);
    let mut silent = said(ChargingSystem, "2025-01");
    silent.reason = " ".to_owned();
    Masters::with(())
        .given_no_previous_events()
        .when(BillingMasterCommand::Set {
            set: silent,
            present: month("2026-09"),
            billed: 0,
        })
        .then_expect_error(BillingMasterError::ReasonInvalid);
}

#[test]
fn r91_each_month_has_one_master_and_ours_begin_where_theirs_end() {
    use BillingMaster::{ChargingSystem, Here};
    let mut masters = BillingMasters::default();
    for event in [
        was(ChargingSystem, "2025-01"),
        was(Here, "2026-03"),
        was(ChargingSystem, "2026-06"),
        was(Here, "2026-08"),
    ] {
        cqrs_es::Aggregate::apply(&mut masters, event);
    }
    let found = |text| {
        (
            masters.of(month(text)).master,
            masters.ours_since(month(text)),
        )
    };
    assert_eq!(found("2024-12"), (Here, None));
    assert_eq!(found("2026-02"), (ChargingSystem, None));
    assert_eq!(found("2026-05"), (Here, Some(month("2026-03"))));
    assert_eq!(found("2026-07"), (ChargingSystem, None));
    assert_eq!(found("2026-12"), (Here, Some(month("2026-08"))));
}

#[test]
fn events_keep_their_form() {
    let event = was(BillingMaster::ChargingSystem, "2025-01");
    insta::assert_json_snapshot!(event.event_type(), event);
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(
        serde_json::from_str::<BillingMasterEvent>(&json).unwrap(),
        event
    );
}
