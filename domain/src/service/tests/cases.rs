use chaobiao_decision::Actor;

use super::{at, customer, desk, filed, filing};
use crate::calendar::{CalendarYear, shipped_years};
use crate::service::case::{
    AssignCase, CaseEvent, CaseKind, CasePhoto, CaseState, CloseCase, NameStaffConcerned,
    NoteMissedReply, OpenCase, RateCase, ReopenCase, ReplanCase, ReplyToCase, ResolveCase,
    ServiceCase, WarnOfDeadline,
};
use crate::units::{CaseId, business_time};
use crate::work_calendar::LoadYear;

const PHONE: &str = "13800138000";

fn assign(case_id: &CaseId, login: &str) -> AssignCase {
    AssignCase {
        case_id: case_id.clone(),
        login: login.parse().unwrap(),
        note: None,
    }
}

fn reply(case_id: &CaseId) -> ReplyToCase {
    ReplyToCase {
        case_id: case_id.clone(),
        text: " 明天上午到现场 ".to_owned(),
    }
}

fn resolve(case_id: &CaseId) -> ResolveCase {
    ResolveCase {
        case_id: case_id.clone(),
        outcome: "已校表".to_owned(),
    }
}

fn rate(case_id: &CaseId, stars: u8) -> RateCase {
    RateCase {
        case_id: case_id.clone(),
        stars,
        comment: None,
    }
}

#[test]
fn a_case_goes_from_filed_to_rated_and_may_come_back() {
    let mut desk = desk("2026-09-21 10:00");
    let reporter = customer(&mut desk, PHONE);
    let case = filed(&mut desk, CaseKind::ServiceRequest);
    assert_eq!(desk.refused(&rate(&case, 5)), "CASE_STILL_OPEN");

    desk.actor = Actor::Staff("li".to_owned());
    desk.run(&assign(&case, "wang")).unwrap();
    assert!(desk.run(&assign(&case, "wang")).unwrap().events.is_empty());
    assert_eq!(
        desk.refused(&assign(&case, "zhao")),
        "CASE_ASSIGNEE_NOT_ALLOWED"
    );
    let replied = desk.run(&reply(&case)).unwrap();
    assert_eq!(replied.events[0].payload["text"], "明天上午到现场");
    desk.run(&resolve(&case)).unwrap();
    assert_eq!(desk.refused(&reply(&case)), "CASE_NOT_OPEN");
    assert_eq!(
        desk.refused(&rate(&case, 5)),
        "CASE_UNKNOWN",
        "only the reporter rates"
    );

    desk.actor = reporter;
    assert_eq!(desk.refused(&rate(&case, 6)), "CASE_STARS_OUT_OF_RANGE");
    desk.run(&rate(&case, 2)).unwrap();
    assert_eq!(desk.refused(&rate(&case, 5)), "CASE_ALREADY_RATED");
    at(&mut desk, "2026-10-01 10:00");
    let reopen = ReopenCase {
        case_id: case.clone(),
        reason: "还是走得快".to_owned(),
    };
    desk.run(&reopen).unwrap();
    assert_eq!(desk.refused(&reopen), "CASE_STILL_OPEN");
    let state: ServiceCase = desk.state(case.as_str());
    let record = state.record().unwrap();
    assert_eq!(record.state, CaseState::Assigned);
    assert!(record.awaits_reply());
    let due = business_time(record.deadline.due_at).to_string();
    assert_eq!(due, "2026-10-08 12:00:00", "a new deadline runs");
    let close = CloseCase {
        case_id: case.clone(),
        reason: Some(" ".to_owned()),
    };
    let closed = desk.run(&close).unwrap();
    assert!(closed.events[0].payload.get("reason").is_none());
    assert_eq!(desk.refused(&close), "CASE_NOT_OPEN");
}

#[test]
fn a_case_of_somebody_else_is_not_there() {
    let mut desk = desk("2026-09-21 10:00");
    customer(&mut desk, PHONE);
    let case = filed(&mut desk, CaseKind::Fault);
    desk.actor = Actor::Staff("li".to_owned());
    customer(&mut desk, "13800138001");
    let close = CloseCase {
        case_id: case.clone(),
        reason: None,
    };
    assert_eq!(desk.refused(&close), "CASE_UNKNOWN");
    assert_eq!(desk.refused(&rate(&case, 5)), "CASE_UNKNOWN");
    assert_eq!(desk.refused(&reply(&case)), "CASE_STAFF_ONLY");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn what_is_filed_must_make_sense() {
    let mut desk = desk("2026-09-21 10:00");
    customer(&mut desk, PHONE);
    let good = filing(CaseKind::Complaint);
    let stored = |is_stored| CasePhoto {
        photo: "0".repeat(64).parse().unwrap(),
        is_stored,
    };
    let cases: [(OpenCase, &str); 10] = [
        (
            OpenCase {
                kind: CaseKind::Patrol,
                ..good.clone()
            },
            "CASE_KIND_NOT_ALLOWED",
        ),
        (
            OpenCase {
                place: " ".to_owned(),
                ..good.clone()
            },
            "CASE_PLACE_INVALID",
        ),
        (
            OpenCase {
                description: "长".repeat(1_001),
                ..good.clone()
            },
            "CASE_TEXT_INVALID",
        ),
        (
            OpenCase {
                kind: CaseKind::ServiceRequest,
                ..good.clone()
            },
            "CASE_TOPIC_MISMATCH",
        ),
        (
            OpenCase {
                photos: vec![stored(false)],
                ..good.clone()
            },
            "CASE_PHOTO_UNKNOWN",
        ),
        (
            OpenCase {
                photos: vec![stored(true); 10],
                ..good.clone()
            },
            "CASE_TOO_MANY_PHOTOS",
        ),
        (
            OpenCase {
                account_no: Some("10001".parse().unwrap()),
                ..good.clone()
            },
            "CASE_ACCOUNT_NOT_YOURS",
        ),
        (
            OpenCase {
                meter_no: Some("M1".parse().unwrap()),
                ..good.clone()
            },
            "CASE_METER_NOT_YOURS",
        ),
        (
            OpenCase {
                concerned: Some("nobody".parse().unwrap()),
                ..good.clone()
            },
            "CASE_STAFF_UNKNOWN",
        ),
        (
            OpenCase {
                kind: CaseKind::Praise,
                concerned: Some("wang".parse().unwrap()),
                ..good.clone()
            },
            "CASE_NOT_A_COMPLAINT",
        ),
    ];
    for (case, code) in cases {
        assert_eq!(desk.refused(&case), code, "{case:?}");
    }
    let nowhere = OpenCase {
        campus: "Z".parse().unwrap(),
        ..good
    };
    assert_eq!(desk.refused(&nowhere), "CAMPUS_UNKNOWN");
}

#[test]
fn r65_who_is_complained_about_has_no_hand_in_it() {
    let mut desk = desk("2026-09-21 10:00");
    customer(&mut desk, PHONE);
    let complaint = OpenCase {
        concerned: Some("wang".parse().unwrap()),
        ..filing(CaseKind::Complaint)
    };
    let case = desk.run(&complaint).unwrap().outcome.case_id;
    desk.by("li");
    assert_eq!(
        desk.refused(&assign(&case, "wang")),
        "CASE_HANDLER_CONCERNED"
    );
    desk.by("wang");
    assert_eq!(desk.refused(&assign(&case, "li")), "CASE_HANDLER_CONCERNED");
    assert_eq!(desk.refused(&reply(&case)), "CASE_HANDLER_CONCERNED");
    assert_eq!(desk.refused(&resolve(&case)), "CASE_HANDLER_CONCERNED");

    // It becomes known later: whoever had it has it no more.
    customer(&mut desk, "13800138002");
    let case = filed(&mut desk, CaseKind::Complaint);
    desk.by("li").run(&assign(&case, "wang")).unwrap();
    let name = NameStaffConcerned {
        case_id: case.clone(),
        login: "wang".parse().unwrap(),
    };
    desk.run(&name).unwrap();
    assert!(desk.run(&name).unwrap().events.is_empty());
    let state: ServiceCase = desk.state(case.as_str());
    assert_eq!(state.record().unwrap().assignee, None);
    desk.by("wang");
    assert_eq!(desk.refused(&reply(&case)), "CASE_HANDLER_CONCERNED");
    assert_eq!(
        desk.refused(&name),
        "CASE_HANDLER_CONCERNED",
        "nor may they name another"
    );
}

#[test]
fn a_deadline_is_warned_of_and_missed_only_while_it_runs() {
    let mut desk = desk("2026-09-21 10:00");
    customer(&mut desk, PHONE);
    let filed_case = desk.run(&filing(CaseKind::Fault)).unwrap().outcome;
    let (case_id, due_at) = (filed_case.case_id, filed_case.due_at);
    desk.actor = Actor::System("due".to_owned());
    let other = WarnOfDeadline {
        case_id: case_id.clone(),
        due_at: desk.at,
    };
    assert_eq!(desk.refused(&other), "CASE_DEADLINE_MOVED");
    let warn = WarnOfDeadline {
        case_id: case_id.clone(),
        due_at,
    };
    desk.run(&warn).unwrap();
    desk.by("wang").run(&reply(&case_id)).unwrap();
    desk.actor = Actor::System("due".to_owned());
    let missed = NoteMissedReply { case_id, due_at };
    assert_eq!(desk.refused(&missed), "CASE_ANSWERED");
}

#[test]
fn x14_a_new_list_moves_what_waits_and_leaves_what_is_answered() {
    let mut desk = desk("2026-12-31 17:00");
    customer(&mut desk, PHONE);
    at(&mut desk, "2026-12-27 10:00");
    let waiting = filed(&mut desk, CaseKind::ServiceRequest);
    let answered = filed(&mut desk, CaseKind::ServiceRequest);
    desk.by("wang").run(&reply(&answered)).unwrap();

    let list = shipped_years()
        .unwrap()
        .into_iter()
        .find(|list| list.year() == 2026)
        .unwrap();
    let off = list
        .off_days()
        .iter()
        .copied()
        .chain(["2026-12-28".parse().unwrap()]);
    let papers = vec!["校办〔2026〕88号".to_owned()];
    let make_up = list.make_up_days().iter().copied();
    let list = CalendarYear::try_new(2026, papers, off, make_up).unwrap();
    desk.run(&LoadYear { list }).unwrap();
    let replan = |case_id: &CaseId| ReplanCase {
        case_id: case_id.clone(),
        reason: "2026 年放假安排（校办〔2026〕88号）".to_owned(),
    };
    desk.actor = Actor::System("policy".to_owned());
    let moved = desk.run(&replan(&waiting)).unwrap();
    assert_eq!(moved.event_types(), ["service_case.replanned"]);
    let event: CaseEvent = serde_json::from_value(moved.events[0].payload.clone()).unwrap();
    let CaseEvent::Replanned { deadline, reason } = event else {
        panic!("another event");
    };
    assert_eq!(
        business_time(deadline.due_at).to_string(),
        "2026-12-29 12:00:00"
    );
    assert!(reason.contains("88号"));
    assert!(
        desk.run(&replan(&waiting)).unwrap().events.is_empty(),
        "nothing moves twice"
    );
    assert_eq!(desk.refused(&replan(&answered)), "CASE_ANSWERED");
}
