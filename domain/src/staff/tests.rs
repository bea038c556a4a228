use std::collections::BTreeSet;

use chaobiao_decision::{Actor, Personal};
use cqrs_es::DomainEvent;
use cqrs_es::test::TestFramework;

use super::*;
use crate::desk::Desk;
use crate::units::{Phone, StaffLogin};

type Members = TestFramework<Staff>;

fn login(text: &str) -> StaffLogin {
    text.parse().unwrap()
}

fn hired(roles: &[Role]) -> StaffHired {
    StaffHired {
        login: login("wang"),
        name: Personal::new("staff/wang", "王芳".to_owned()),
        department: "营业部".to_owned(),
        position: "收费员".to_owned(),
        campus: None,
        roles: roles.iter().copied().collect(),
        contact: StaffContact::default(),
    }
}

fn hire(login_text: &str, roles: &[Role]) -> HireStaff {
    HireStaff {
        login: login(login_text),
        name: " 王芳 ".to_owned(),
        department: "营业部".to_owned(),
        position: "收费员".to_owned(),
        campus: None,
        roles: roles.iter().copied().collect(),
        contact: ContactInput::default(),
    }
}

#[test]
fn somebody_is_hired_once_with_at_least_one_role() {
    let cashier = hired(&[Role::Cashier]);
    Members::with(())
        .given_no_previous_events()
        .when(StaffCommand::Hire(cashier.clone()))
        .then_expect_events(vec![StaffEvent::Hired(cashier.clone())]);
    Members::with(())
        .given(vec![StaffEvent::Hired(cashier.clone())])
        .when(StaffCommand::Hire(cashier.clone()))
        .then_expect_error(StaffError::AlreadyHired(login("wang")));
    Members::with(())
        .given(vec![StaffEvent::Hired(cashier.clone()), StaffEvent::Left])
        .when(StaffCommand::Hire(cashier))
        .then_expect_error(StaffError::AlreadyHired(login("wang")));
    Members::with(())
        .given_no_previous_events()
        .when(StaffCommand::Hire(hired(&[])))
        .then_expect_error(StaffError::NoRole);
}

#[test]
fn administrator_and_auditor_are_two_people() {
    Members::with(())
        .given_no_previous_events()
        .when(StaffCommand::Hire(hired(&[Role::Admin, Role::Auditor])))
        .then_expect_error(StaffError::RolesExclude);
    Members::with(())
        .given(vec![StaffEvent::Hired(hired(&[Role::Admin]))])
        .when(StaffCommand::GrantRole(Role::Auditor))
        .then_expect_error(StaffError::RolesExclude);
}

#[test]
fn granting_what_is_had_and_revoking_what_is_not_changes_nothing() {
    let cashier = StaffEvent::Hired(hired(&[Role::Cashier]));
    for command in [
        StaffCommand::GrantRole(Role::Cashier),
        StaffCommand::RevokeRole(Role::Finance),
        StaffCommand::ChangeProfile(StaffProfile {
            department: Some("营业部".to_owned()),
            ..StaffProfile::default()
        }),
    ] {
        Members::with(())
            .given(vec![cashier.clone()])
            .when(command)
            .then_expect_events(vec![]);
    }
}

#[test]
fn rights_follow_the_roles_and_end_with_the_employment() {
    let mut desk = Desk::new("2026-09-01");
    desk.by("admin")
        .run(&hire("wang", &[Role::Cashier]))
        .unwrap();
    let may = |desk: &mut Desk, permission| {
        let look_up = LookUp {
            login: login("wang"),
        };
        let employment = desk.run(&look_up).unwrap().outcome.unwrap();
        employment.permissions.contains(&permission)
    };
    assert!(may(&mut desk, Permission::TakePayments));
    assert!(!may(&mut desk, Permission::ExportPayments));

    let (staff, role) = (login("wang"), Role::Finance);
    desk.run(&GrantRole {
        login: staff.clone(),
        role,
    })
    .unwrap();
    assert!(may(&mut desk, Permission::ExportPayments));
    desk.run(&RevokeRole {
        login: staff.clone(),
        role,
    })
    .unwrap();
    assert!(!may(&mut desk, Permission::ExportPayments));

    desk.run(&Leave {
        login: staff.clone(),
    })
    .unwrap();
    assert_eq!(desk.state::<Staff>("wang").roles(), BTreeSet::new());
    assert_eq!(
        desk.refused(&GrantRole { login: staff, role }),
        "STAFF_HAS_LEFT"
    );
}

#[test]
fn nobody_changes_their_own_rights_or_place() {
    let mut desk = Desk::new("2026-09-01");
    desk.by("admin").run(&hire("wang", &[Role::Admin])).unwrap();
    desk.by("wang");
    let me = login("wang");
    let role = Role::Finance;
    assert_eq!(
        desk.refused(&GrantRole {
            login: me.clone(),
            role
        }),
        "STAFF_OWN_ROLES"
    );
    assert_eq!(
        desk.refused(&RevokeRole {
            login: me.clone(),
            role
        }),
        "STAFF_OWN_ROLES"
    );
    assert_eq!(
        desk.refused(&Leave { login: me.clone() }),
        "STAFF_OWN_LEAVE"
    );

    let mut change = ChangeProfile {
        login: me,
        name: None,
        department: None,
        position: Some("主任".to_owned()),
        campus: None,
        contact: ContactInput {
            mobile: Some(Phone::try_new("13800138000").unwrap()),
            ..ContactInput::default()
        },
    };
    assert_eq!(desk.refused(&change), "STAFF_NOT_YOURS_TO_CHANGE");
    change.position = None;
    assert_eq!(
        desk.run(&change).unwrap().event_types(),
        ["staff.profile_changed"]
    );
    change.position = Some("主任".to_owned());
    desk.actor = Actor::Staff("admin".to_owned());
    desk.run(&change).unwrap();
}

#[test]
fn the_campus_must_exist() {
    let mut desk = Desk::new("2026-09-01");
    let mut reader = hire("zhao", &[Role::Reader]);
    reader.campus = Some("X".parse().unwrap());
    assert_eq!(desk.refused(&reader), "STAFF_CAMPUS_UNKNOWN");
    reader.campus = Some("N".parse().unwrap());
    desk.run(&reader).unwrap();
}

#[test]
fn events_keep_their_form() {
    let subject = "staff/wang";
    let events = [
        StaffEvent::Hired(StaffHired {
            campus: Some("N".parse().unwrap()),
            contact: StaffContact {
                mobile: Some(Personal::new(subject, "13800138000".parse().unwrap())),
                office_phone: Some(Personal::new(subject, "021-1234".to_owned())),
                email: Some(Personal::new(subject, "wang@example.edu".to_owned())),
                wechat: Some(Personal::new(subject, "wang_f".to_owned())),
            },
            ..hired(&[Role::Cashier, Role::Finance])
        }),
        StaffEvent::ProfileChanged(StaffProfile {
            name: Some(Personal::new(subject, "王芳芳".to_owned())),
            department: Some("财务部".to_owned()),
            position: Some("会计".to_owned()),
            campus: Some("S".parse().unwrap()),
            contact: StaffContact::default(),
        }),
        StaffEvent::ReachChanged { confined: true },
        StaffEvent::RoleGranted {
            role: Role::Manager,
        },
        StaffEvent::RoleRevoked {
            role: Role::Technician,
        },
        StaffEvent::Left,
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<StaffEvent>(&json).unwrap(), event);
    }
    let least = StaffEvent::Hired(hired(&[Role::Reader]));
    insta::assert_json_snapshot!("staff.hired.least", least);
}

#[test]
fn r86_whoever_has_a_campus_can_be_confined_to_it_and_set_free_again() {
    let mut reader = hired(&[Role::Reader]);
    Members::with(())
        .given(vec![StaffEvent::Hired(reader.clone())])
        .when(StaffCommand::Confine(true))
        .then_expect_error(StaffError::NoCampus);
    reader.campus = Some("N".parse().unwrap());
    Members::with(())
        .given(vec![StaffEvent::Hired(reader.clone())])
        .when(StaffCommand::Confine(true))
        .then_expect_events(vec![StaffEvent::ReachChanged { confined: true }]);
    let confined = vec![
        StaffEvent::Hired(reader),
        StaffEvent::ReachChanged { confined: true },
    ];
    Members::with(())
        .given(confined.clone())
        .when(StaffCommand::Confine(true))
        .then_expect_events(vec![]);
    Members::with(())
        .given(confined)
        .when(StaffCommand::Confine(false))
        .then_expect_events(vec![StaffEvent::ReachChanged { confined: false }]);
}
