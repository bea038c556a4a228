//! Service cases, from what people file to what is written.

mod cases;
mod golden;
mod rules;
mod visits;

use std::collections::BTreeSet;

use chaobiao_decision::Actor;

use crate::calendar::shipped_years;
use crate::customer::{CustomerKind, Register};
use crate::desk::Desk;
use crate::service::ContactGiven;
use crate::service::case::{CaseKind, OpenCase, RequestTopic};
use crate::staff::{ContactInput, HireStaff, Role};
use crate::units::{CaseId, instant_of};
use crate::work_calendar::LoadYear;

/// A desk with the shipped lists, at a time by the wall clock of Shanghai.
fn desk(time: &str) -> Desk {
    let mut desk = Desk::new("2026-01-05");
    for list in shipped_years().unwrap() {
        desk.run(&LoadYear { list }).unwrap();
    }
    for (login, role) in [
        ("li", Role::Manager),
        ("wang", Role::Technician),
        ("zhao", Role::Cashier),
    ] {
        let hire = HireStaff {
            login: login.parse().unwrap(),
            name: "张三".to_owned(),
            department: "水电中心".to_owned(),
            position: "职员".to_owned(),
            campus: None,
            roles: BTreeSet::from([role]),
            contact: ContactInput::default(),
        };
        desk.actor = Actor::System("test".to_owned());
        desk.run(&hire).unwrap();
    }
    desk.actor = Actor::Staff("li".to_owned());
    at(&mut desk, time);
    desk
}

fn at(desk: &mut Desk, time: &str) {
    let local = chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap();
    desk.at = instant_of(local);
}

/// Registers a customer, who acts from now on.
fn customer(desk: &mut Desk, phone: &str) -> Actor {
    let register = Register {
        phone: phone.parse().unwrap(),
        kind: CustomerKind::Resident,
    };
    let registered = desk.run(&register).unwrap().outcome;
    desk.actor = Actor::Customer(registered.customer_id.to_string());
    desk.actor.clone()
}

fn filing(kind: CaseKind) -> OpenCase {
    OpenCase {
        kind,
        topic: (kind == CaseKind::ServiceRequest).then_some(RequestTopic::MeteringQuestion),
        campus: "N".parse().unwrap(),
        place: "北苑 3 栋 201".to_owned(),
        description: "水表走得太快".to_owned(),
        photos: Vec::new(),
        account_no: None,
        meter_no: None,
        concerned: None,
        contact: ContactGiven::default(),
    }
}

fn filed(desk: &mut Desk, kind: CaseKind) -> CaseId {
    desk.run(&filing(kind)).unwrap().outcome.case_id
}
