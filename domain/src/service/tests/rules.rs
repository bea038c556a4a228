use std::collections::BTreeMap;

use super::{customer, desk, filing};
use crate::calendar::{ReplyMode, ServiceSla};
use crate::service::case::CaseKind;
use crate::service::rules::{PublishServiceRules, ReplyRule};
use crate::units::business_time;

fn rule(mode: ReplyMode, reply_minutes: u16, warn_minutes: u16) -> ReplyRule {
    ReplyRule {
        sla: ServiceSla {
            mode,
            reply_minutes,
        },
        warn_minutes,
    }
}

fn publishing(from: &str) -> PublishServiceRules {
    PublishServiceRules {
        effective_from: from.parse().unwrap(),
        reason: "按办公时间计".to_owned(),
        reply: rule(ReplyMode::OfficeHours, 120, 30),
        reply_by_kind: BTreeMap::from([(CaseKind::Fault, rule(ReplyMode::WallClock, 30, 10))]),
        outage_reminder_minutes: 1_440,
    }
}

#[test]
fn rules_hold_from_their_day_on_and_kinds_may_have_their_own() {
    let mut desk = desk("2026-09-21 11:00");
    assert_eq!(
        desk.run(&publishing("2026-10-01")).unwrap().outcome.version,
        1
    );
    assert_eq!(
        desk.refused(&publishing("2026-10-01")),
        "SERVICE_RULES_NOT_LATER"
    );
    customer(&mut desk, "13800138000");
    for (time, kind, due) in [
        (
            "2026-09-30 11:00",
            CaseKind::Complaint,
            "2026-09-30 13:00:00",
        ),
        // The desk's campus is open from 8 to 12.
        (
            "2026-10-09 11:00",
            CaseKind::Complaint,
            "2026-10-10 09:00:00",
        ),
        ("2026-10-09 11:00", CaseKind::Fault, "2026-10-09 11:30:00"),
    ] {
        super::at(&mut desk, time);
        let filed = desk.run(&filing(kind)).unwrap().outcome;
        assert_eq!(
            business_time(filed.due_at).to_string(),
            due,
            "{time} {kind:?}"
        );
        assert!(!filed.due_provisional);
    }
}

#[test]
fn rules_that_are_typing_errors_are_refused() {
    let mut desk = desk("2026-09-21 11:00");
    let good = publishing("2026-10-01");
    let reply = |reply| PublishServiceRules {
        reply,
        ..good.clone()
    };
    for (rules, code) in [
        (
            reply(rule(ReplyMode::WallClock, 0, 0)),
            "SERVICE_RULES_REPLY_OUT_OF_RANGE",
        ),
        (
            reply(rule(ReplyMode::WallClock, 60, 61)),
            "SERVICE_RULES_WARNING_TOO_EARLY",
        ),
        (
            PublishServiceRules {
                reason: " ".to_owned(),
                ..good.clone()
            },
            "SERVICE_RULES_REASON_INVALID",
        ),
        (
            PublishServiceRules {
                outage_reminder_minutes: 20_161,
                ..good.clone()
            },
            "SERVICE_RULES_REMINDER_TOO_EARLY",
        ),
    ] {
        assert_eq!(desk.refused(&rules), code);
    }
}
