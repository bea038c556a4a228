use chaobiao_decision::Actor;

use super::{at, customer, desk};
use crate::calendar::OfficeSpan;
use crate::desk::Desk;
use crate::service::ContactGiven;
use crate::service::appointment::{
    AppointmentKind, CancelAppointment, ConfirmAppointment, FinishAppointment, RequestAppointment,
    ScheduleAppointment,
};
use crate::service::roster::SetRosterDay;
use crate::units::{AppointmentId, SlotId};

const PHONE: &str = "13800138000";

fn day(slots: &[(&str, &str)]) -> SetRosterDay {
    let span = |(from, to): &(&str, &str)| OfficeSpan {
        from: format!("{from}:00").parse().unwrap(),
        to: format!("{to}:00").parse().unwrap(),
    };
    SetRosterDay {
        login: "wang".parse().unwrap(),
        campus: "N".parse().unwrap(),
        date: "2026-09-22".parse().unwrap(),
        slots: slots.iter().map(span).collect(),
    }
}

fn asking(slot_id: Option<&SlotId>) -> RequestAppointment {
    RequestAppointment {
        kind: AppointmentKind::MoveOut,
        campus: "N".parse().unwrap(),
        place: "北苑 3 栋 201".to_owned(),
        note: None,
        account_no: None,
        wished_on: None,
        slot_id: slot_id.cloned(),
        contact: ContactGiven::default(),
    }
}

fn slots(desk: &mut Desk) -> Vec<SlotId> {
    desk.by("li");
    let set = desk.run(&day(&[("09:00", "10:00"), ("10:00", "11:00")]));
    set.unwrap().outcome.slots
}

fn schedule(appointment_id: &AppointmentId, slot_id: &SlotId) -> ScheduleAppointment {
    ScheduleAppointment {
        appointment_id: appointment_id.clone(),
        slot_id: slot_id.clone(),
    }
}

#[test]
fn r57_a_slot_is_booked_once_and_free_again_after_another_or_none() {
    let mut desk = desk("2026-09-21 10:00");
    let slots = slots(&mut desk);
    let first = customer(&mut desk, PHONE);
    let booked = desk.run(&asking(Some(&slots[0]))).unwrap();
    assert_eq!(
        booked.event_types(),
        [
            "appointment.requested",
            "visit_roster.slot_taken",
            "appointment.scheduled"
        ]
    );
    let appointment = booked.outcome.appointment_id;
    desk.by("li");
    customer(&mut desk, "13800138001");
    assert_eq!(desk.refused(&asking(Some(&slots[0]))), "ROSTER_SLOT_TAKEN");
    assert_eq!(
        desk.refused(&schedule(&appointment, &slots[1])),
        "APPOINTMENT_UNKNOWN"
    );

    desk.actor = first;
    desk.run(&schedule(&appointment, &slots[1])).unwrap();
    desk.by("li");
    customer(&mut desk, "13800138002");
    let second = desk
        .run(&asking(Some(&slots[0])))
        .unwrap()
        .outcome
        .appointment_id;
    let cancel = CancelAppointment {
        appointment_id: second,
        reason: "改期".to_owned(),
    };
    desk.run(&cancel).unwrap();
    assert_eq!(desk.refused(&cancel), "APPOINTMENT_OVER");
    desk.by("li");
    desk.run(&schedule(&appointment, &slots[0])).unwrap();
}

#[test]
fn r57_an_appointment_is_asked_for_confirmed_and_made() {
    let mut desk = desk("2026-09-21 10:00");
    let slots = slots(&mut desk);
    customer(&mut desk, PHONE);
    let appointment_id = desk.run(&asking(None)).unwrap().outcome.appointment_id;
    let confirm = ConfirmAppointment {
        appointment_id: appointment_id.clone(),
    };
    assert_eq!(desk.refused(&confirm), "APPOINTMENT_STAFF_ONLY");
    desk.run(&schedule(&appointment_id, &slots[0])).unwrap();
    desk.by("li");
    desk.run(&confirm).unwrap();
    assert_eq!(desk.refused(&confirm), "APPOINTMENT_ALREADY_CONFIRMED");
    let finish = FinishAppointment {
        appointment_id,
        result: "水表 519".to_owned(),
    };
    assert_eq!(desk.refused(&finish), "APPOINTMENT_TOO_EARLY");
    at(&mut desk, "2026-09-22 09:40");
    desk.run(&finish).unwrap();
    assert_eq!(desk.refused(&finish), "APPOINTMENT_OVER");
}

#[test]
fn a_day_is_set_anew_but_never_from_under_somebody() {
    let mut desk = desk("2026-09-21 10:00");
    let first = slots(&mut desk);
    assert!(
        desk.run(&day(&[("09:00", "10:00"), ("10:00", "11:00")]))
            .unwrap()
            .events
            .is_empty()
    );
    customer(&mut desk, PHONE);
    desk.run(&asking(Some(&first[0]))).unwrap();
    desk.by("li");
    assert_eq!(
        desk.refused(&day(&[("10:00", "11:00")])),
        "ROSTER_SLOT_BOOKED"
    );
    let again = desk
        .run(&day(&[("09:00", "10:00"), ("14:00", "15:00")]))
        .unwrap()
        .outcome;
    assert_eq!(again.slots[0], first[0], "a slot that stays keeps its id");
    assert_eq!(
        desk.refused(&day(&[("10:00", "11:00"), ("09:00", "10:30")])),
        "ROSTER_SPANS_INVALID"
    );
    let cashier = SetRosterDay {
        login: "zhao".parse().unwrap(),
        ..day(&[])
    };
    assert_eq!(desk.refused(&cashier), "ROSTER_STAFF_NOT_ALLOWED");

    customer(&mut desk, "13800138001");
    assert_eq!(
        desk.refused(&asking(Some(&first[1]))),
        "ROSTER_SLOT_UNKNOWN"
    );
    let elsewhere = RequestAppointment {
        campus: "S".parse().unwrap(),
        ..asking(Some(&again.slots[1]))
    };
    assert_eq!(desk.refused(&elsewhere), "ROSTER_OTHER_CAMPUS");
    let foreign = RequestAppointment {
        account_no: Some("10001".parse().unwrap()),
        ..asking(None)
    };
    assert_eq!(desk.refused(&foreign), "APPOINTMENT_ACCOUNT_NOT_YOURS");
    at(&mut desk, "2026-09-22 14:30");
    assert_eq!(
        desk.refused(&asking(Some(&again.slots[1]))),
        "ROSTER_SLOT_OVER"
    );
    desk.actor = Actor::Staff("li".to_owned());
    assert!(
        desk.run(&asking(None)).is_ok(),
        "staff ask for people who call"
    );
}
