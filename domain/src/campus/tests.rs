use cqrs_es::test::TestFramework;
use cqrs_es::{Aggregate as _, DomainEvent};

use super::*;
use crate::calendar::{OfficeHours, OfficeSpan};

type Campuses = TestFramework<Campus>;

fn hours(spans: &[(&str, &str)]) -> OfficeHours {
    let span = |(from, to): &(&str, &str)| OfficeSpan {
        from: format!("{from}:00").parse().unwrap(),
        to: format!("{to}:00").parse().unwrap(),
    };
    OfficeHours::try_new(spans.iter().map(span).collect()).unwrap()
}

fn opened() -> CampusOpened {
    CampusOpened {
        campus_id: "N".parse().unwrap(),
        name: "北校区".to_owned(),
        office_hours: hours(&[("08:00", "12:00"), ("14:00", "18:00")]),
        contact: "021-00000000".to_owned(),
    }
}

fn set(from: &str, to: &str) -> CampusEvent {
    CampusEvent::OfficeHoursSet {
        from: from.parse().unwrap(),
        office_hours: hours(&[("09:00", to)]),
    }
}

#[test]
fn a_campus_is_opened_once_and_named() {
    Campuses::with(())
        .given_no_previous_events()
        .when(CampusCommand::Open(opened()))
        .then_expect_events(vec![CampusEvent::Opened(opened())]);
    Campuses::with(())
        .given(vec![CampusEvent::Opened(opened())])
        .when(CampusCommand::Open(opened()))
        .then_expect_error(CampusError::AlreadyOpen("N".parse().unwrap()));
    let nameless = CampusOpened {
        name: String::new(),
        ..opened()
    };
    Campuses::with(())
        .given_no_previous_events()
        .when(CampusCommand::Open(nameless))
        .then_expect_error(CampusError::NameInvalid);
}

#[test]
fn office_hours_hold_from_their_day_on() {
    let mut campus = Campus::default();
    campus.apply(CampusEvent::Opened(opened()));
    campus.apply(set("2026-10-01", "17:00"));
    campus.apply(set("2026-12-01", "15:00"));
    let closes = |campus: &Campus, day: &str| {
        campus
            .office_hours(day.parse().unwrap())
            .unwrap()
            .closes()
            .to_string()
    };
    assert_eq!(closes(&campus, "2026-09-30"), "18:00:00");
    assert_eq!(closes(&campus, "2026-10-01"), "17:00:00");
    assert_eq!(closes(&campus, "2027-01-01"), "15:00:00");
    campus.apply(set("2026-11-01", "16:00"));
    assert_eq!(
        closes(&campus, "2027-01-01"),
        "16:00:00",
        "what is said later holds"
    );
}

#[test]
fn saying_the_same_hours_again_changes_nothing() {
    let CampusEvent::OfficeHoursSet { from, office_hours } = set("2026-10-01", "17:00") else {
        panic!("not office hours");
    };
    Campuses::with(())
        .given(vec![
            CampusEvent::Opened(opened()),
            set("2026-10-01", "17:00"),
        ])
        .when(CampusCommand::SetOfficeHours {
            from,
            office_hours: office_hours.clone(),
        })
        .then_expect_events(vec![]);
    Campuses::with(())
        .given_no_previous_events()
        .when(CampusCommand::SetOfficeHours { from, office_hours })
        .then_expect_error(CampusError::Unknown);
}

fn office(person: &str) -> OfficeContact {
    OfficeContact {
        place: "北校区后勤楼 102".to_owned(),
        person_in_charge: chaobiao_decision::Personal::new("campus/N", person.to_owned()),
        contact: "021-55660102".to_owned(),
    }
}

#[test]
fn r64_where_the_office_is_is_said_once_and_again_when_it_changes() {
    let given = vec![
        CampusEvent::Opened(opened()),
        CampusEvent::ContactSet(office("王老师")),
    ];
    Campuses::with(())
        .given(given.clone())
        .when(CampusCommand::SetContact(office("王老师")))
        .then_expect_events(vec![]);
    Campuses::with(())
        .given(given.clone())
        .when(CampusCommand::SetContact(office("李老师")))
        .then_expect_events(vec![CampusEvent::ContactSet(office("李老师"))]);
    Campuses::with(())
        .given(given)
        .when(CampusCommand::SetContact(office("")))
        .then_expect_error(CampusError::PersonInvalid);
    Campuses::with(())
        .given_no_previous_events()
        .when(CampusCommand::SetContact(office("王老师")))
        .then_expect_error(CampusError::Unknown);
}

#[test]
fn events_keep_their_form() {
    for event in [
        CampusEvent::Opened(opened()),
        set("2026-10-01", "17:00"),
        CampusEvent::ContactSet(office("王老师")),
    ] {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<CampusEvent>(&json).unwrap(), event);
    }
}
