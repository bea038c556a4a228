use chaobiao_decision::Actor;
use chaobiao_domain::service::appointment::{
    AppointmentEvent, AppointmentKind, AppointmentRequested,
};
use chaobiao_domain::service::roster::{BookedSlot, RosterEvent, RosterSlot};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};
use crate::paging::Page;

fn day(slots: &[(&str, &str)]) -> RosterEvent {
    let slot = |(id, from): &(&str, &str)| RosterSlot {
        slot_id: id.parse().unwrap(),
        from: at(&format!("2026-09-22 {from}")),
        to: at(&format!("2026-09-22 {from}")) + chrono::TimeDelta::hours(1),
    };
    RosterEvent::DaySet {
        staff: "wang".parse().unwrap(),
        campus: "N".parse().unwrap(),
        date: "2026-09-22".parse().unwrap(),
        slots: slots.iter().map(slot).collect(),
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn slots_are_free_until_taken_and_visits_stand_by_their_time() {
    let mut log = Log::default();
    let roster = ("visit_roster", "wang/2026-09-22");
    let visit = ("appointment", "a1");
    log.record(
        roster,
        "2026-09-21 09:00",
        &day(&[("s1", "09:00"), ("s2", "10:00")]),
    );
    let requested = AppointmentEvent::Requested(AppointmentRequested {
        appointment_id: "a1".parse().unwrap(),
        kind: AppointmentKind::MoveOut,
        campus: "N".parse().unwrap(),
        place: "北苑 201".to_owned(),
        note: None,
        account_no: None,
        wished_on: None,
        requested_by: Actor::Customer("u1".to_owned()),
        contact: None,
        requested_at: at("2026-09-21 10:00"),
    });
    log.record(visit, "2026-09-21 10:00", &requested);
    let slot = BookedSlot {
        slot_id: "s1".parse().unwrap(),
        staff: "wang".parse().unwrap(),
        from: at("2026-09-22 09:00"),
        to: at("2026-09-22 10:00"),
    };
    let taken = RosterEvent::SlotTaken {
        slot_id: "s1".parse().unwrap(),
        appointment_id: "a1".parse().unwrap(),
    };
    log.record(roster, "2026-09-21 10:00", &taken);
    let scheduled = AppointmentEvent::Scheduled {
        slot,
        confirmed: false,
    };
    log.record(visit, "2026-09-21 10:00", &scheduled);
    log.record(
        roster,
        "2026-09-21 11:00",
        &day(&[("s1", "09:00"), ("s3", "11:00")]),
    );
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&VisitsProjector, &pool).await;

    let filter = SlotFilter {
        campus: "N".to_owned(),
        from: at("2026-09-22 00:00"),
        to: at("2026-09-23 00:00"),
        free_only: true,
    };
    let free = slots(&pool, &filter, &Page::first(10)).await.unwrap();
    let ids: Vec<&str> = free
        .rows
        .iter()
        .map(|(_, row)| row.slot_id.as_str())
        .collect();
    assert_eq!(ids, ["s3"], "one is taken, one is gone");
    let filter = VisitFilter {
        from: Some(at("2026-09-22 00:00")),
        staff: Some("wang".to_owned()),
        ..VisitFilter::default()
    };
    let planned = visits(&pool, &filter, &Page::first(10)).await.unwrap();
    assert_eq!(planned.rows[0].1.state, "scheduled");

    let freed = RosterEvent::SlotFreed {
        slot_id: "s1".parse().unwrap(),
        appointment_id: "a1".parse().unwrap(),
    };
    log.record(roster, "2026-09-21 12:00", &freed);
    let cancelled = AppointmentEvent::Cancelled {
        reason: "改期".to_owned(),
    };
    log.record(visit, "2026-09-21 12:00", &cancelled);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&VisitsProjector, &pool).await;
    let theirs = Actor::Customer("u1".to_owned());
    let own = requested_by(&pool, &theirs, &Page::first(10))
        .await
        .unwrap();
    assert_eq!(own.rows[0].1.reason.as_deref(), Some("改期"));
}
