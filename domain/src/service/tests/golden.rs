use std::collections::BTreeMap;

use chaobiao_decision::{Actor, Personal};
use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::de::DeserializeOwned;

use crate::calendar::{ReplyMode, ServiceSla};
use crate::service::Contact;
use crate::service::appointment::{AppointmentEvent, AppointmentKind, AppointmentRequested};
use crate::service::case::{CaseEvent, CaseKind, CaseOpened, Deadline, RequestTopic};
use crate::service::roster::{BookedSlot, RosterEvent, RosterSlot};
use crate::service::rules::{ReplyRule, ServiceRuleSet, ServiceRulesEvent};

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

const SLA: ServiceSla = ServiceSla {
    mode: ReplyMode::OfficeHours,
    reply_minutes: 120,
};

fn deadline() -> Deadline {
    Deadline {
        due_at: instant("2026-10-10T01:00:00Z"),
        provisional: false,
        sla: SLA,
        warn_minutes: 30,
        planned_at: instant("2026-10-10T01:00:00Z"),
    }
}

pub(super) fn keep<E: DomainEvent>(events: &[E]) {
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(read::<E>(&json), *event);
    }
}

fn read<E: DeserializeOwned>(json: &str) -> E {
    serde_json::from_str(json).unwrap()
}

#[test]
fn events_of_cases_keep_their_form() {
    let opened = CaseOpened {
        case_id: "c1".parse().unwrap(),
        kind: CaseKind::ServiceRequest,
        topic: Some(RequestTopic::MeteringQuestion),
        campus: "N".parse().unwrap(),
        place: "北苑 3 栋 201".to_owned(),
        description: "水表走得太快".to_owned(),
        photos: vec!["0".repeat(64).parse().unwrap()],
        account_no: Some("10001".parse().unwrap()),
        meter_no: Some("W-10001".parse().unwrap()),
        concerned: Some("wang".parse().unwrap()),
        reported_by: Actor::Customer("u1".to_owned()),
        contact: Some(Contact {
            phone: Personal::new("customer/u1", "13800138000".parse().unwrap()),
            name: Some(Personal::new("customer/u1", "王芳".to_owned())),
        }),
        filed_at: instant("2026-10-09T09:00:00Z"),
        deadline: deadline(),
    };
    keep(&[
        CaseEvent::Opened(opened),
        CaseEvent::Assigned {
            to: "wang".parse().unwrap(),
            note: Some("带上校表仪".to_owned()),
        },
        CaseEvent::StaffNamed {
            concerned: "wang".parse().unwrap(),
        },
        CaseEvent::Replied {
            text: "明天上午到现场".to_owned(),
        },
        CaseEvent::Resolved {
            outcome: "已校表".to_owned(),
        },
        CaseEvent::Closed {
            reason: Some("用户确认".to_owned()),
        },
        CaseEvent::Rated {
            stars: 5,
            comment: Some("很快".to_owned()),
        },
        CaseEvent::Reopened {
            reason: "还是走得快".to_owned(),
            reopened_at: instant("2026-10-11T01:00:00Z"),
            deadline: deadline(),
        },
        CaseEvent::DeadlineWarned {
            due_at: instant("2026-10-10T01:00:00Z"),
        },
        CaseEvent::DeadlineMissed {
            due_at: instant("2026-10-10T01:00:00Z"),
        },
        CaseEvent::Replanned {
            deadline: deadline(),
            reason: "2026 年放假安排（国办发明电〔2025〕7号）".to_owned(),
        },
    ]);
}

#[test]
fn events_of_the_rules_keep_their_form() {
    let rule = ReplyRule {
        sla: SLA,
        warn_minutes: 30,
    };
    keep(&[ServiceRulesEvent::VersionPublished(ServiceRuleSet {
        version: 1,
        effective_from: "2026-10-01".parse().unwrap(),
        reason: Some("按办公时间计".to_owned()),
        reply: rule,
        reply_by_kind: BTreeMap::from([(CaseKind::Fault, rule)]),
        outage_reminder_minutes: 1_440,
    })]);
}

fn booked() -> BookedSlot {
    BookedSlot {
        slot_id: "s1".parse().unwrap(),
        staff: "wang".parse().unwrap(),
        from: instant("2026-10-15T01:00:00Z"),
        to: instant("2026-10-15T02:00:00Z"),
    }
}

#[test]
fn events_of_visits_keep_their_form() {
    keep(&[
        AppointmentEvent::Requested(AppointmentRequested {
            appointment_id: "a1".parse().unwrap(),
            kind: AppointmentKind::MoveOut,
            campus: "N".parse().unwrap(),
            place: "北苑 3 栋 201".to_owned(),
            note: Some("上午在家".to_owned()),
            account_no: Some("10001".parse().unwrap()),
            wished_on: Some("2026-10-15".parse().unwrap()),
            requested_by: Actor::Customer("u1".to_owned()),
            contact: Some(Contact {
                phone: Personal::new("customer/u1", "13800138000".parse().unwrap()),
                name: None,
            }),
            requested_at: instant("2026-10-10T01:00:00Z"),
        }),
        AppointmentEvent::Scheduled {
            slot: booked(),
            confirmed: false,
        },
        AppointmentEvent::Confirmed,
        AppointmentEvent::Rescheduled {
            slot: booked(),
            confirmed: true,
        },
        AppointmentEvent::Finished {
            result: "水表 519，电表 8902.90".to_owned(),
        },
        AppointmentEvent::Cancelled {
            reason: "改期".to_owned(),
        },
    ]);
    let slot = booked();
    keep(&[
        RosterEvent::DaySet {
            staff: slot.staff.clone(),
            campus: "N".parse().unwrap(),
            date: "2026-10-15".parse().unwrap(),
            slots: vec![RosterSlot {
                slot_id: slot.slot_id.clone(),
                from: slot.from,
                to: slot.to,
            }],
        },
        RosterEvent::SlotTaken {
            slot_id: slot.slot_id.clone(),
            appointment_id: "a1".parse().unwrap(),
        },
        RosterEvent::SlotFreed {
            slot_id: slot.slot_id,
            appointment_id: "a1".parse().unwrap(),
        },
    ]);
}
