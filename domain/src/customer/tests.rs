use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use cqrs_es::test::TestFramework;

use super::*;
use crate::account::{Account, AccountClass, OpenAccount};
use crate::calendar::shipped_years;
use crate::desk::Desk;
use crate::units::{AccountNo, BindingId, CustomerId};
use crate::work_calendar::LoadYear;

/// A centre with accounts A1 to A12, all held by 王芳, and the shipped calendar.
pub(super) fn centre() -> Desk {
    let mut desk = Desk::new("2026-09-24");
    for list in shipped_years().unwrap() {
        desk.run(&LoadYear { list }).unwrap();
    }
    for number in 1..=12 {
        let account = OpenAccount {
            account_no: account(number),
            class: AccountClass::Resident,
            campus: "N".parse().unwrap(),
            holder: "王 芳".to_owned(),
            phone: None,
            address: format!("北苑 {number} 号"),
            household_persons: 3,
        };
        desk.run(&account).unwrap();
    }
    desk
}

fn account(number: u32) -> AccountNo {
    AccountNo::try_new(format!("A{number}")).unwrap()
}

pub(super) fn register(desk: &mut Desk, phone: &str, kind: CustomerKind) -> CustomerId {
    let phone = phone.parse().unwrap();
    desk.run(&Register { phone, kind })
        .unwrap()
        .outcome
        .customer_id
}

fn request(customer_id: &CustomerId, number: u32) -> RequestBinding {
    RequestBinding {
        customer_id: customer_id.clone(),
        account_no: account(number),
        holder_name: "王芳".to_owned(),
    }
}

pub(super) fn bind(desk: &mut Desk, customer_id: &CustomerId, number: u32) -> BindingId {
    let requested = desk.run(&request(customer_id, number)).unwrap();
    assert_eq!(
        requested.event_types(),
        ["customer.binding_requested", "account.binding_requested"]
    );
    requested.outcome.binding_id
}

fn approve(desk: &mut Desk, binding_id: &BindingId) {
    let approve = ApproveBinding {
        binding_id: binding_id.clone(),
    };
    let approved = desk.run(&approve).unwrap();
    assert_eq!(
        approved.event_types(),
        ["customer.binding_approved", "account.binding_approved"]
    );
}

#[test]
fn a_phone_registers_once() {
    let mut desk = centre();
    let first = register(&mut desk, "13800138000", CustomerKind::Resident);
    let again = Register {
        phone: "13800138000".parse().unwrap(),
        kind: CustomerKind::UnitClerk,
    };
    assert_eq!(desk.refused(&again), "CUSTOMER_PHONE_TAKEN");
    assert_ne!(
        first,
        register(&mut desk, "13800138001", CustomerKind::Resident)
    );
}

#[test]
fn r49_a_resident_binds_two_accounts_and_pending_ones_count() {
    let mut desk = centre();
    let resident = register(&mut desk, "13800138000", CustomerKind::Resident);
    let first = bind(&mut desk, &resident, 1);
    approve(&mut desk, &first);
    let second = bind(&mut desk, &resident, 2);
    assert_eq!(
        desk.refused(&request(&resident, 3)),
        "BINDING_LIMIT_REACHED"
    );

    let reject = RejectBinding {
        binding_id: second,
        reason: "非本户".to_owned(),
    };
    desk.run(&reject).unwrap();
    let third = bind(&mut desk, &resident, 3);
    assert_eq!(
        desk.refused(&request(&resident, 2)),
        "BINDING_LIMIT_REACHED"
    );

    desk.run(&RevokeBinding {
        binding_id: first.clone(),
    })
    .unwrap();
    assert!(
        !desk
            .state::<Customer>(resident.as_str())
            .may_use(&account(1))
    );
    bind(&mut desk, &resident, 1);
    approve(&mut desk, &third);
    assert_eq!(
        desk.refused(&request(&resident, 4)),
        "BINDING_LIMIT_REACHED"
    );
    assert_eq!(
        desk.refused(&RevokeBinding { binding_id: first }),
        "BINDING_NOT_IN_FORCE"
    );
}

#[test]
fn r50_a_units_clerk_binds_ten_accounts_and_not_the_eleventh() {
    let mut desk = centre();
    let clerk = register(&mut desk, "13800138000", CustomerKind::UnitClerk);
    for number in 1..=10 {
        let binding = bind(&mut desk, &clerk, number);
        if number % 2 == 0 {
            approve(&mut desk, &binding);
        }
    }
    assert_eq!(desk.refused(&request(&clerk, 11)), "BINDING_LIMIT_REACHED");
}

#[test]
fn several_customers_may_bind_one_account() {
    let mut desk = centre();
    let mut customers = Vec::new();
    for phone in ["13800138000", "13800138001", "13800138002"] {
        let customer = register(&mut desk, phone, CustomerKind::Resident);
        let binding = bind(&mut desk, &customer, 1);
        approve(&mut desk, &binding);
        customers.push(customer);
    }
    let Account::Open(record) = desk.state::<Account>("A1") else {
        panic!("A1 is open");
    };
    let mut bound: Vec<CustomerId> = record.bound_to().cloned().collect();
    bound.sort();
    customers.sort();
    assert_eq!(bound, customers);
}

#[test]
fn an_account_is_bound_to_a_customer_once() {
    let mut desk = centre();
    let resident = register(&mut desk, "13800138000", CustomerKind::Resident);
    let binding = bind(&mut desk, &resident, 1);
    assert_eq!(
        desk.refused(&request(&resident, 1)),
        "BINDING_ALREADY_PENDING"
    );
    approve(&mut desk, &binding);
    assert_eq!(
        desk.refused(&request(&resident, 1)),
        "BINDING_ALREADY_BOUND"
    );
    assert!(
        desk.state::<Customer>(resident.as_str())
            .may_use(&account(1))
    );
}

#[test]
fn r85_the_name_must_be_the_holders_however_it_is_typed() {
    let mut desk = centre();
    let resident = register(&mut desk, "13800138000", CustomerKind::Resident);
    let mut request = request(&resident, 1);
    for wrong in ["王方", "", "王芳芳"] {
        request.holder_name = wrong.to_owned();
        assert_eq!(desk.refused(&request), "BINDING_HOLDER_MISMATCH", "{wrong}");
    }
    request.account_no = "A99".parse().unwrap();
    request.holder_name = "王芳".to_owned();
    assert_eq!(
        desk.refused(&request),
        "BINDING_HOLDER_MISMATCH",
        "no such account"
    );
    request.account_no = account(1);
    request.holder_name = "　王　芳".to_owned();
    desk.run(&request).unwrap();
}

#[test]
fn only_staff_decide_and_only_once() {
    let mut desk = centre();
    let resident = register(&mut desk, "13800138000", CustomerKind::Resident);
    let binding_id = bind(&mut desk, &resident, 1);
    let approve = ApproveBinding {
        binding_id: binding_id.clone(),
    };
    let mut reject = RejectBinding {
        binding_id: binding_id.clone(),
        reason: " ".to_owned(),
    };
    desk.actor = Actor::Customer(resident.to_string());
    assert_eq!(desk.refused(&approve), "BINDING_STAFF_ONLY");
    assert_eq!(desk.refused(&reject), "BINDING_STAFF_ONLY");

    desk.by("li");
    assert_eq!(desk.refused(&reject), "BINDING_REASON_INVALID");
    desk.run(&approve).unwrap();
    reject.reason = "姓名有误".to_owned();
    assert_eq!(desk.refused(&approve), "BINDING_ALREADY_DECIDED");
    assert_eq!(desk.refused(&reject), "BINDING_ALREADY_DECIDED");
    let unknown = ApproveBinding {
        binding_id: "none".parse().unwrap(),
    };
    assert_eq!(desk.refused(&unknown), "BINDING_UNKNOWN");
}

#[test]
fn a_customer_gives_up_their_own_binding_and_nobody_elses() {
    let mut desk = centre();
    let one = register(&mut desk, "13800138000", CustomerKind::Resident);
    let two = register(&mut desk, "13800138001", CustomerKind::Resident);
    let revoke = RevokeBinding {
        binding_id: bind(&mut desk, &one, 1),
    };
    desk.actor = Actor::Customer(two.to_string());
    assert_eq!(desk.refused(&revoke), "BINDING_UNKNOWN");
    desk.actor = Actor::Customer(one.to_string());
    desk.run(&revoke).unwrap();
}

/// E8: one working day after the request, at the same time of day.
#[test]
fn r51_a_request_is_due_after_one_working_day() {
    let at = |text: &str| -> DateTime<Utc> {
        format!("{text}:00+08:00")
            .parse::<DateTime<chrono::FixedOffset>>()
            .unwrap()
            .into()
    };
    for (number, requested, due, provisional) in [
        (1, "2026-09-24T17:00", "2026-09-28T17:00", false),
        (2, "2026-10-09T17:00", "2026-10-10T17:00", false),
        (3, "2026-12-31T17:00", "2027-01-04T17:00", true),
    ] {
        let mut desk = centre();
        let resident = register(&mut desk, "13800138000", CustomerKind::Resident);
        desk.at = at(requested);
        let requested = desk.run(&request(&resident, number)).unwrap().outcome;
        assert_eq!(
            (requested.due_at, requested.due_provisional),
            (at(due), provisional)
        );
    }
}

#[test]
fn r51_a_request_not_decided_in_time_is_noted_and_stays_to_be_decided() {
    let mut desk = centre();
    let customer_id = register(&mut desk, "13800138000", CustomerKind::Resident);
    let binding_id = bind(&mut desk, &customer_id, 1);
    let note = NoteOverdueBinding {
        customer_id,
        binding_id: binding_id.clone(),
        due_at: "2026-09-28T09:00:00Z".parse().unwrap(),
    };
    assert_eq!(
        desk.run(&note).unwrap().event_types(),
        ["customer.binding_deadline_missed"]
    );
    approve(&mut desk, &binding_id);
    assert_eq!(desk.refused(&note), "BINDING_ALREADY_DECIDED");
}

#[test]
fn who_is_not_registered_binds_nothing() {
    let mut desk = centre();
    let nobody = CustomerId::try_new("nobody").unwrap();
    assert_eq!(desk.refused(&request(&nobody, 1)), "CUSTOMER_UNKNOWN");
    TestFramework::<Customer>::with(())
        .given_no_previous_events()
        .when(CustomerCommand::ApproveBinding("b1".parse().unwrap()))
        .then_expect_error(CustomerError::Unknown);
}

#[test]
fn events_keep_their_form() {
    let binding_id: BindingId = "b1".parse().unwrap();
    let events = [
        CustomerEvent::Registered(CustomerRegistered {
            customer_id: "c1".parse().unwrap(),
            kind: CustomerKind::UnitClerk,
            phone: Personal::new("customer/c1", "13800138000".parse().unwrap()),
        }),
        CustomerEvent::WechatLinked {
            openid: Personal::new("customer/c1", "o-1".to_owned()),
        },
        CustomerEvent::WechatUnlinked,
        CustomerEvent::WechatFollowed {
            at: "2026-09-24T01:00:00Z".parse().unwrap(),
        },
        CustomerEvent::WechatUnfollowed {
            at: "2026-09-24T01:00:00Z".parse().unwrap(),
        },
        CustomerEvent::BindingRequested(BindingRequest {
            binding_id: binding_id.clone(),
            account_no: account(1),
            due_at: "2026-09-28T09:00:00Z".parse().unwrap(),
            due_provisional: true,
        }),
        CustomerEvent::BindingApproved {
            binding_id: binding_id.clone(),
        },
        CustomerEvent::BindingRejected {
            binding_id: binding_id.clone(),
            reason: "非本户".to_owned(),
        },
        CustomerEvent::BindingDeadlineMissed {
            binding_id: binding_id.clone(),
            due_at: "2026-09-28T09:00:00Z".parse().unwrap(),
        },
        CustomerEvent::BindingRevoked { binding_id },
        CustomerEvent::Erased,
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<CustomerEvent>(&json).unwrap(), event);
    }
}
