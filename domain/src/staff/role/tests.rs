use std::collections::BTreeSet;

use chaobiao_decision::Actor;
use cqrs_es::DomainEvent;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::exclusion::{broken_in_person, broken_within};
use super::*;
use crate::desk::Desk;
use crate::staff::{ContactInput, GrantRole, HireStaff, Leave, LookUp, Permission};
use crate::units::{RoleProposalId, StaffLogin};

use Permission as P;

type Roles = TestFramework<RoleRights>;

const OWN: Role = Role::Own(Uuid::from_u128(0xabc));

fn by(login: &str) -> Actor {
    Actor::Staff(login.to_owned())
}

fn number(text: &str) -> RoleProposalId {
    text.parse().unwrap()
}

fn content(name: &str, permissions: &[Permission]) -> RoleContent {
    RoleContent {
        name: name.to_owned(),
        permissions: permissions.iter().copied().collect(),
    }
}

fn shift_leader() -> RoleContent {
    content(
        "值班长",
        &[P::ViewMeters, P::ReviewReadings, P::ApproveTills],
    )
}

fn proposed(role: Role, change: RoleChange) -> ChangeProposed {
    ChangeProposed {
        proposal_id: number("p-1"),
        role,
        change,
        reason: "本校值班长要审读数".to_owned(),
        proposed_by: by("fang"),
    }
}

fn approved(role: Role, change: RoleChange) -> RoleEvent {
    RoleEvent::ChangeApproved(ChangeApproved {
        proposal_id: number("p-1"),
        role,
        change,
        approved_by: by("qiu"),
    })
}

fn propose(role: Role, change: RoleChange) -> RoleCommand {
    RoleCommand::Propose(proposed(role, change))
}

fn changed(role: Role, more: &[Permission], less: &[Permission]) -> RoleChange {
    let shipped = role.shipped().iter().chain(more).copied();
    let permissions = shipped.filter(|right| !less.contains(right)).collect();
    RoleChange::Changed(RoleContent {
        name: role.label().unwrap().to_owned(),
        permissions,
    })
}

#[test]
fn r86_a_change_takes_two_people() {
    let change = changed(Role::Manager, &[P::ViewAudit], &[]);
    Roles::with(())
        .given_no_previous_events()
        .when(propose(Role::Manager, change))
        .then_expect_error(RoleError::Excludes(
            "能查审计记录的岗位只查看，不得有任何改动数据、办理业务或查看完整个人信息的权限",
        ));
    let change = changed(Role::Manager, &[P::ManageMeters], &[]);
    let waiting = RoleEvent::ChangeProposed(proposed(Role::Manager, change.clone()));
    Roles::with(())
        .given_no_previous_events()
        .when(propose(Role::Manager, change.clone()))
        .then_expect_events(vec![waiting.clone()]);
    let approve = |who: &str, id: &str| RoleCommand::Approve {
        proposal_id: number(id),
        by: by(who),
    };
    Roles::with(())
        .given(vec![waiting.clone()])
        .when(approve("fang", "p-1"))
        .then_expect_error(RoleError::ApprovedByProposer);
    Roles::with(())
        .given(vec![waiting.clone()])
        .when(approve("qiu", "p-2"))
        .then_expect_error(RoleError::ProposalUnknown(number("p-2")));
    let done = approved(Role::Manager, change.clone());
    Roles::with(())
        .given(vec![waiting.clone()])
        .when(approve("qiu", "p-1"))
        .then_expect_events(vec![done.clone()]);
    Roles::with(())
        .given(vec![waiting.clone(), done.clone()])
        .when(approve("qiu", "p-1"))
        .then_expect_error(RoleError::ProposalUnknown(number("p-1")));
    // One change after the other, each seen against what is.
    Roles::with(())
        .given(vec![waiting.clone()])
        .when(propose(Role::Manager, RoleChange::Retired))
        .then_expect_error(RoleError::ProposalOpen);
    Roles::with(())
        .given(vec![waiting, done])
        .when(propose(Role::Manager, change))
        .then_expect_error(RoleError::NothingChanges);
}

#[test]
fn r86_who_proposed_takes_back_and_another_refuses_with_a_reason() {
    let waiting = RoleEvent::ChangeProposed(proposed(Role::Reader, RoleChange::Retired));
    let refuse = |who: &str, reason: &str| RoleCommand::Refuse {
        proposal_id: number("p-1"),
        reason: reason.to_owned(),
        by: by(who),
    };
    for who in ["fang", "qiu"] {
        let refused = ChangeRefused {
            proposal_id: number("p-1"),
            reason: "还用得着".to_owned(),
            refused_by: by(who),
        };
        Roles::with(())
            .given(vec![waiting.clone()])
            .when(refuse(who, " 还用得着 "))
            .then_expect_events(vec![RoleEvent::ChangeRefused(refused)]);
    }
    Roles::with(())
        .given(vec![waiting])
        .when(refuse("qiu", " "))
        .then_expect_error(RoleError::ReasonInvalid);
}

#[test]
fn r86_what_no_role_may_become_is_refused_when_it_is_proposed() {
    let cases = [
        (
            Role::Admin,
            changed(Role::Admin, &[], &[P::ManageStaff]),
            RoleError::AdminStays,
        ),
        (Role::Admin, RoleChange::Retired, RoleError::AdminStays),
        (
            Role::Reader,
            RoleChange::Changed(content("抄表工", &[P::ViewMeters])),
            RoleError::NameFixed,
        ),
        (
            Role::Reader,
            RoleChange::Changed(content("抄表员", &[])),
            RoleError::NoPermission,
        ),
        (
            Role::Reader,
            RoleChange::Changed(content(" ", &[P::ViewMeters])),
            RoleError::NameInvalid,
        ),
        (
            Role::Reader,
            changed(Role::Reader, &[], &[]),
            RoleError::NothingChanges,
        ),
        (
            OWN,
            RoleChange::Changed(shift_leader()),
            RoleError::Unknown(OWN),
        ),
        (OWN, RoleChange::Retired, RoleError::Unknown(OWN)),
        (
            Role::Reader,
            RoleChange::Defined(shift_leader()),
            RoleError::Unknown(Role::Reader),
        ),
    ];
    for (role, change, error) in cases {
        Roles::with(())
            .given_no_previous_events()
            .when(propose(role, change))
            .then_expect_error(error);
    }
    let silent = ChangeProposed {
        reason: " ".to_owned(),
        ..proposed(Role::Reader, RoleChange::Retired)
    };
    Roles::with(())
        .given_no_previous_events()
        .when(RoleCommand::Propose(silent))
        .then_expect_error(RoleError::ReasonInvalid);
    Roles::with(())
        .given(vec![approved(Role::Reader, RoleChange::Retired)])
        .when(propose(Role::Reader, RoleChange::Retired))
        .then_expect_error(RoleError::AlreadyRetired);
}

#[test]
fn r86_shipped_roles_keep_to_the_rules_and_every_rule_bites() {
    for role in Role::SHIPPED {
        let rights: BTreeSet<Permission> = role.shipped().iter().copied().collect();
        assert_eq!(broken_within(&rights), None, "{role}");
    }
    for exclusion in exclusions() {
        let rights = BTreeSet::from([exclusion.one, exclusion.other]);
        assert_ne!(broken_within(&rights), None);
        assert_eq!(
            broken_in_person(&rights).is_some(),
            exclusion.in_person,
            "{exclusion:?}"
        );
    }
    let with_audit = exclusions();
    let with_audit = with_audit.iter().filter(|one| one.one == P::ViewAudit);
    let alone = P::ALL.into_iter().filter(|right| !right.is_viewing());
    assert_eq!(with_audit.count(), alone.count());
}

#[test]
fn r86_a_role_gives_what_was_approved_last_and_nothing_once_it_is_retired() {
    let mut rights = RoleRights::default();
    let gives =
        |rights: &RoleRights, role| rights.permissions(role).into_iter().collect::<Vec<_>>();
    assert_eq!(gives(&rights, Role::Reader), Role::Reader.shipped());
    assert_eq!(gives(&rights, OWN), []);
    let defined = RoleChange::Defined(shift_leader());
    cqrs_es::Aggregate::apply(
        &mut rights,
        RoleEvent::ChangeProposed(proposed(OWN, defined.clone())),
    );
    assert_eq!((gives(&rights, OWN), rights.exists(OWN)), (vec![], false));
    cqrs_es::Aggregate::apply(&mut rights, approved(OWN, defined));
    assert_eq!(
        gives(&rights, OWN),
        [P::ViewMeters, P::ReviewReadings, P::ApproveTills]
    );
    assert_eq!(rights.name(OWN), Some("值班长"));
    cqrs_es::Aggregate::apply(&mut rights, approved(OWN, RoleChange::Retired));
    assert_eq!(
        (gives(&rights, OWN), rights.is_in_use(OWN)),
        (vec![], false)
    );
    let again = RoleChange::Changed(content("值班长", &[P::ViewMeters]));
    cqrs_es::Aggregate::apply(&mut rights, approved(OWN, again));
    assert_eq!(
        (gives(&rights, OWN), rights.is_in_use(OWN)),
        (vec![P::ViewMeters], true)
    );
}

fn login(text: &str) -> StaffLogin {
    text.parse().unwrap()
}

fn hire(desk: &mut Desk, who: &str, roles: &[Role]) -> Result<(), String> {
    let hire = HireStaff {
        login: login(who),
        name: who.to_owned(),
        department: "营业部".to_owned(),
        position: "职员".to_owned(),
        campus: None,
        roles: roles.iter().copied().collect(),
        contact: ContactInput::default(),
    };
    let hired = desk.run(&hire);
    hired.map(|_| ()).map_err(|rejection| rejection.code)
}

fn define(desk: &mut Desk, name: &str, permissions: &[Permission]) -> RoleChanged {
    let propose = ProposeRole {
        name: name.to_owned(),
        permissions: permissions.iter().copied().collect(),
        reason: "本校有这个岗位".to_owned(),
    };
    desk.by("fang").run(&propose).unwrap().outcome
}

fn approve(
    RoleChanged { role, proposal_id }: RoleChanged,
    held: Vec<HeldTogether>,
) -> ApproveRoleChange {
    ApproveRoleChange {
        role,
        proposal_id,
        held,
    }
}

fn held(roles: &[Role], people: u32) -> HeldTogether {
    HeldTogether {
        roles: roles.iter().copied().collect(),
        people,
    }
}

fn rights(desk: &mut Desk, who: &str) -> BTreeSet<Permission> {
    let look_up = LookUp { login: login(who) };
    desk.run(&look_up).unwrap().outcome.unwrap().permissions
}

#[test]
fn r86_a_role_of_ones_own_is_given_once_it_is_approved_and_gives_exactly_its_rights() {
    let mut desk = Desk::new("2026-09-01");
    hire(&mut desk, "wang", &[Role::Reader]).unwrap();
    let defined = define(&mut desk, "值班长", &[P::ReviewReadings, P::ApproveTills]);
    let role = defined.role;
    let grant = GrantRole {
        login: login("wang"),
        role,
    };
    assert_eq!(desk.refused(&grant), "ROLE_UNKNOWN");
    desk.by("qiu").run(&approve(defined, Vec::new())).unwrap();
    desk.run(&grant).unwrap();
    let both = [
        P::ViewMeters,
        P::SubmitReadings,
        P::MakeVisits,
        P::ReviewReadings,
        P::ApproveTills,
    ];
    assert_eq!(rights(&mut desk, "wang"), BTreeSet::from(both));
    desk.run(&Leave {
        login: login("wang"),
    })
    .unwrap();
}

#[test]
fn r86_no_two_roles_have_one_name() {
    let mut desk = Desk::new("2026-09-01");
    let first = define(&mut desk, "值班长", &[P::ReviewReadings]);
    let second = define(&mut desk, "值班长", &[P::ApproveTills]);
    let shipped = define(&mut desk, "收费员", &[P::ApproveTills]);
    desk.by("qiu");
    assert_eq!(
        desk.refused(&approve(shipped, Vec::new())),
        "ROLE_NAME_TAKEN"
    );
    let role = first.role;
    desk.run(&approve(first, Vec::new())).unwrap();
    assert_eq!(
        desk.refused(&approve(second.clone(), Vec::new())),
        "ROLE_NAME_TAKEN"
    );
    let rename = ProposeRoleChange {
        role,
        name: Some("班长".to_owned()),
        permissions: BTreeSet::from([P::ReviewReadings]),
        reason: "改称".to_owned(),
    };
    let renamed = desk.by("fang").run(&rename).unwrap().outcome;
    desk.by("qiu").run(&approve(renamed, Vec::new())).unwrap();
    desk.run(&approve(second, Vec::new())).unwrap();
}

#[test]
fn r86_nobody_widens_their_own_rights() {
    let mut desk = Desk::new("2026-09-01");
    hire(&mut desk, "qiu", &[Role::Admin, Role::Manager]).unwrap();
    let change = |role: Role, more: &[Permission], less: &[Permission]| {
        let RoleChange::Changed(content) = changed(role, more, less) else {
            unreachable!()
        };
        ProposeRoleChange {
            role,
            name: None,
            permissions: content.permissions,
            reason: "调整".to_owned(),
        }
    };
    let more = change(Role::Manager, &[P::ManageMeters], &[P::MakeVisits]);
    let more = desk.by("fang").run(&more).unwrap().outcome;
    let more = approve(more, Vec::new());
    assert_eq!(desk.by("qiu").refused(&more), "ROLE_OWN_RIGHTS");
    desk.by("lin").run(&more).unwrap();
    let less = change(
        Role::Manager,
        &[P::ManageMeters],
        &[P::MakeVisits, P::HandleCases],
    );
    let less = desk.by("fang").run(&less).unwrap().outcome;
    desk.by("qiu").run(&approve(less, Vec::new())).unwrap();
}

#[test]
fn r86_a_role_somebody_holds_is_not_retired_and_a_retired_one_is_not_given() {
    let mut desk = Desk::new("2026-09-01");
    hire(&mut desk, "wang", &[Role::Cashier]).unwrap();
    let retire = ProposeRoleRetirement {
        role: Role::Technician,
        reason: "外包了".to_owned(),
    };
    let retire = desk.by("fang").run(&retire).unwrap().outcome;
    let both = held(&[Role::Reader, Role::Technician], 2);
    desk.by("qiu");
    let held_still = approve(retire.clone(), vec![held(&[Role::Admin], 2), both]);
    assert_eq!(desk.refused(&held_still), "ROLE_HELD");
    desk.run(&approve(retire, vec![held(&[Role::Admin], 2)]))
        .unwrap();
    let grant = GrantRole {
        login: login("wang"),
        role: Role::Technician,
    };
    assert_eq!(desk.refused(&grant), "ROLE_RETIRED");
    let hired = hire(&mut desk, "zhao", &[Role::Technician]);
    assert_eq!(hired, Err("ROLE_RETIRED".to_owned()));
}

#[test]
fn r86_audit_and_the_giving_of_rights_do_not_meet_in_one_person() {
    let mut desk = Desk::new("2026-09-01");
    hire(&mut desk, "yan", &[Role::Auditor]).unwrap();
    let defined = define(&mut desk, "人事", &[P::ViewStaff]);
    let role = defined.role;
    desk.by("qiu").run(&approve(defined, Vec::new())).unwrap();
    let grant = GrantRole {
        login: login("yan"),
        role,
    };
    desk.run(&grant).unwrap();
    let more = ProposeRoleChange {
        role,
        name: None,
        permissions: BTreeSet::from([P::ViewStaff, P::ManageStaff]),
        reason: "人事管账号".to_owned(),
    };
    let more = desk.by("fang").run(&more).unwrap().outcome;
    let admin = held(&[Role::Admin], 2);
    let with_auditor = vec![admin.clone(), held(&[Role::Auditor, role], 1)];
    desk.by("qiu");
    assert_eq!(
        desk.refused(&approve(more.clone(), with_auditor)),
        "ROLE_HOLDER_EXCLUDES"
    );
    desk.run(&approve(more, vec![admin])).unwrap();
    hire(&mut desk, "wu", &[role]).unwrap();
    let grant = GrantRole {
        login: login("wu"),
        role: Role::Auditor,
    };
    assert_eq!(desk.refused(&grant), "ROLE_EXCLUDES");
    let hired = hire(&mut desk, "he", &[role, Role::Auditor]);
    assert_eq!(hired, Err("ROLE_EXCLUDES".to_owned()));
}

#[test]
fn r86_somebody_can_manage_staff_after_every_change() {
    let mut desk = Desk::new("2026-09-01");
    let defined = define(&mut desk, "人事", &[P::ViewStaff, P::ManageStaff]);
    let role = defined.role;
    desk.by("qiu").run(&approve(defined, Vec::new())).unwrap();
    let less = ProposeRoleChange {
        role,
        name: None,
        permissions: BTreeSet::from([P::ViewStaff]),
        reason: "收回".to_owned(),
    };
    let less = desk.by("fang").run(&less).unwrap().outcome;
    desk.by("qiu");
    let only = vec![held(&[role], 2), held(&[Role::Cashier], 3)];
    assert_eq!(
        desk.refused(&approve(less.clone(), only)),
        "ROLE_NOBODY_MANAGES"
    );
    let others = vec![held(&[role], 2), held(&[Role::Admin], 1)];
    desk.run(&approve(less, others)).unwrap();
}

#[test]
fn events_keep_their_form() {
    let events = [
        RoleEvent::ChangeProposed(proposed(OWN, RoleChange::Defined(shift_leader()))),
        approved(OWN, RoleChange::Changed(shift_leader())),
        RoleEvent::ChangeRefused(ChangeRefused {
            proposal_id: number("p-1"),
            reason: "还用得着".to_owned(),
            refused_by: by("qiu"),
        }),
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<RoleEvent>(&json).unwrap(), event);
    }
    let retired = approved(Role::Technician, RoleChange::Retired);
    insta::assert_json_snapshot!("role.change_approved.retired", retired);
}
