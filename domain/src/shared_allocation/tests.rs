use cqrs_es::test::TestFramework;
use cqrs_es::{Aggregate, DomainEvent};

use super::*;
use crate::units::{Commodity, Fen, Period};

type Allocations = TestFramework<SharedAllocation>;

fn member(account_no: &str, area: Option<&str>) -> AllocationMember {
    AllocationMember {
        account_no: account_no.parse().unwrap(),
        area: area.map(|area| area.parse().unwrap()),
    }
}

fn agreed(from: &str, key: AllocationKey, members: Vec<AllocationMember>) -> AllocationAgreed {
    AllocationAgreed {
        meter_no: "E-LIFT".parse().unwrap(),
        commodity: Commodity::Electricity,
        tariff_id: "power".parse().unwrap(),
        from: from.parse().unwrap(),
        source: AllocationSource::Usage,
        key,
        members,
        cumulative: "100".parse().unwrap(),
        reading: Some("r0".parse().unwrap()),
    }
}

fn by_area(from: &str) -> AllocationAgreed {
    let members = vec![member("A1", Some("80.5")), member("B2", Some("60"))];
    agreed(from, AllocationKey::Area, members)
}

fn posted(month: &str, from: &str, to: &str) -> SharesPosted {
    let share = |account_no: &str, bill: Option<&str>, quantity: &str, amount| AllocationShare {
        account_no: account_no.parse().unwrap(),
        bill_no: bill.map(|bill| bill.parse().unwrap()),
        quantity: quantity.parse().unwrap(),
        amount: Fen::new(amount),
    };
    SharesPosted {
        agreed_from: "2026-09-01".parse().unwrap(),
        month: month.parse().unwrap(),
        period: Period::try_new(from.parse().unwrap(), to.parse().unwrap()).unwrap(),
        to_reading: "r1".parse().unwrap(),
        usage: "96.00".parse().unwrap(),
        beyond_limit: Some("4.00".parse().unwrap()),
        cumulative: "196.00".parse().unwrap(),
        amount: Fen::new(6240),
        shares: vec![
            share("A1", Some("A1-202609G1"), "55.00", 3575),
            share("B2", None, "41.00", 2665),
        ],
    }
}

fn cancelled(month: &str) -> SharesCancelled {
    SharesCancelled {
        agreed_from: "2026-09-01".parse().unwrap(),
        month: month.parse().unwrap(),
        on: "2026-10-05".parse().unwrap(),
        reason: "电梯表抄错".to_owned(),
    }
}

fn given() -> Vec<SharedAllocationEvent> {
    vec![
        SharedAllocationEvent::Agreed(by_area("2026-09-01")),
        SharedAllocationEvent::SharesPosted(posted("2026-09", "2026-09-01", "2026-09-30")),
    ]
}

#[test]
fn members_are_kept_by_number_and_nonsense_is_refused() {
    let both = vec![member("B2", Some("60")), member("A1", Some("80.5"))];
    Allocations::with(())
        .given_no_previous_events()
        .when(SharedAllocationCommand::Agree(agreed(
            "2026-09-01",
            AllocationKey::Area,
            both,
        )))
        .then_expect_events(vec![SharedAllocationEvent::Agreed(by_area("2026-09-01"))]);
    let refused = |key, members, error| {
        Allocations::with(())
            .given_no_previous_events()
            .when(SharedAllocationCommand::Agree(agreed(
                "2026-09-01",
                key,
                members,
            )))
            .then_expect_error(error);
    };
    refused(
        AllocationKey::Equal,
        Vec::new(),
        SharedAllocationError::MembersInvalid,
    );
    let twice = vec![member("A1", None), member("A1", None)];
    refused(
        AllocationKey::Equal,
        twice,
        SharedAllocationError::MemberTwice("A1".parse().unwrap()),
    );
    refused(
        AllocationKey::Area,
        vec![member("A1", None)],
        SharedAllocationError::AreaMissing("A1".parse().unwrap()),
    );
    let nought = vec![member("A1", Some("0")), member("B2", Some("0"))];
    refused(
        AllocationKey::Area,
        nought,
        SharedAllocationError::WeightsZero,
    );
}

#[test]
fn agreements_over_one_meter_never_overlap() {
    let overlaps = SharedAllocationError::Overlaps {
        from: "2026-09-01".parse().unwrap(),
    };
    Allocations::with(())
        .given(given())
        .when(SharedAllocationCommand::Agree(by_area("2026-12-01")))
        .then_expect_error(overlaps.clone());
    let ended = SharedAllocationEvent::Ended {
        on: "2026-10-15".parse().unwrap(),
    };
    let mut given = given();
    given.push(ended);
    Allocations::with(())
        .given(given.clone())
        .when(SharedAllocationCommand::Agree(by_area("2026-10-14")))
        .then_expect_error(overlaps);
    Allocations::with(())
        .given(given.clone())
        .when(SharedAllocationCommand::Agree(by_area("2026-10-15")))
        .then_expect_events(vec![SharedAllocationEvent::Agreed(by_area("2026-10-15"))]);
    Allocations::with(())
        .given(given)
        .when(SharedAllocationCommand::End {
            on: "2026-11-01".parse().unwrap(),
        })
        .then_expect_error(SharedAllocationError::AlreadyEnded(
            "2026-10-15".parse().unwrap(),
        ));
    Allocations::with(())
        .given(self::given())
        .when(SharedAllocationCommand::End {
            on: "2026-09-29".parse().unwrap(),
        })
        .then_expect_error(SharedAllocationError::EndsTooEarly {
            from: "2026-09-30".parse().unwrap(),
        });
}

#[test]
fn a_month_is_posted_once_in_order_and_the_last_is_taken_back() {
    let september = "2026-09".parse().unwrap();
    Allocations::with(())
        .given(given())
        .when(SharedAllocationCommand::Post(posted(
            "2026-09",
            "2026-09-30",
            "2026-10-01",
        )))
        .then_expect_error(SharedAllocationError::AlreadyPosted(september));
    Allocations::with(())
        .given(given())
        .when(SharedAllocationCommand::Post(posted(
            "2026-08",
            "2026-09-30",
            "2026-10-01",
        )))
        .then_expect_error(SharedAllocationError::LaterPosted(september));
    let mut both = given();
    let october = posted("2026-10", "2026-09-30", "2026-10-31");
    both.push(SharedAllocationEvent::SharesPosted(october));
    Allocations::with(())
        .given(both)
        .when(SharedAllocationCommand::Cancel(cancelled("2026-09")))
        .then_expect_error(SharedAllocationError::LaterPosted(
            "2026-10".parse().unwrap(),
        ));
    let mut again = given();
    again.push(SharedAllocationEvent::SharesCancelled(cancelled("2026-09")));
    Allocations::with(())
        .given(again.clone())
        .when(SharedAllocationCommand::Cancel(cancelled("2026-09")))
        .then_expect_error(SharedAllocationError::NotPosted(september));
    let anew = posted("2026-09", "2026-09-01", "2026-09-30");
    Allocations::with(())
        .given(again)
        .when(SharedAllocationCommand::Post(anew.clone()))
        .then_expect_events(vec![SharedAllocationEvent::SharesPosted(anew)]);
}

#[test]
fn every_event_keeps_its_golden_json() {
    let mut state = SharedAllocation::default();
    let mut events = given();
    events.push(SharedAllocationEvent::SharesCancelled(cancelled("2026-09")));
    events.push(SharedAllocationEvent::Ended {
        on: "2026-10-15".parse().unwrap(),
    });
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<SharedAllocationEvent>(&json).unwrap(),
            event
        );
        state.apply(event);
    }
    assert!(!state.is_open());
}
