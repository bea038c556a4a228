use chaobiao_decision::{Actor, Personal};
use chaobiao_domain::calendar::{ReplyMode, ServiceSla};
use chaobiao_domain::service::Contact;
use chaobiao_domain::service::case::{CaseEvent, CaseKind, CaseOpened, Deadline};
use chaobiao_domain::units::CaseId;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};
use crate::paging::Page;

fn deadline(due: &str) -> Deadline {
    Deadline {
        due_at: at(due),
        provisional: false,
        sla: ServiceSla {
            mode: ReplyMode::WallClock,
            reply_minutes: 120,
        },
        warn_minutes: 30,
        planned_at: at(due),
    }
}

fn opened(case_id: &str, reporter: &str, due: &str) -> CaseEvent {
    CaseEvent::Opened(CaseOpened {
        case_id: CaseId::try_new(case_id).unwrap(),
        kind: CaseKind::Complaint,
        topic: None,
        campus: "N".parse().unwrap(),
        place: "北苑".to_owned(),
        description: "态度不好".to_owned(),
        photos: vec!["0".repeat(64).parse().unwrap()],
        account_no: None,
        meter_no: None,
        concerned: None,
        reported_by: Actor::Customer(reporter.to_owned()),
        contact: Some(Contact {
            phone: Personal::new("customer/u1", "13800138000".parse().unwrap()),
            name: None,
        }),
        filed_at: at("2026-09-21 10:00"),
        deadline: deadline(due),
    })
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn cases_stand_by_deadline_with_their_story_and_the_board_counts_them() {
    let mut log = Log::default();
    let first = ("service_case", "c1");
    let second = ("service_case", "c2");
    log.record(
        first,
        "2026-09-21 10:00",
        &opened("c1", "u1", "2026-09-21 12:00"),
    );
    log.record(
        second,
        "2026-09-21 10:00",
        &opened("c2", "u2", "2026-09-21 11:00"),
    );
    let to = "wang".parse().unwrap();
    log.record(
        first,
        "2026-09-21 10:10",
        &CaseEvent::Assigned { to, note: None },
    );
    let concerned = "wang".parse().unwrap();
    log.record(
        first,
        "2026-09-21 10:20",
        &CaseEvent::StaffNamed { concerned },
    );
    let text = "已了解".to_owned();
    log.record(second, "2026-09-21 11:30", &CaseEvent::Replied { text });
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ServiceCasesProjector, &pool).await;

    let everything = CaseFilter::default();
    let listed = cases(&pool, &everything, &Page::first(10)).await.unwrap();
    let ids: Vec<&str> = listed
        .rows
        .iter()
        .map(|(_, row)| row.case_id.as_str())
        .collect();
    assert_eq!(ids, ["c2", "c1"]);
    let named = &listed.rows[1].1;
    assert_eq!(
        (named.state.as_str(), named.assignee.as_deref()),
        ("open", None)
    );
    let filter = CaseFilter {
        not_about: "wang".to_owned(),
        ..CaseFilter::default()
    };
    let listed = cases(&pool, &filter, &Page::first(10)).await.unwrap();
    assert_eq!(listed.rows.len(), 1, "not shown to whom it is about");
    let filter = CaseFilter {
        waiting: true,
        due_before: Some(at("2026-09-21 13:00")),
        ..CaseFilter::default()
    };
    let listed = cases(&pool, &filter, &Page::first(10)).await.unwrap();
    assert_eq!(listed.rows[0].1.case_id, "c1");

    let kinds: Vec<String> = steps(&pool, &["c1".to_owned()])
        .await
        .unwrap()
        .into_iter()
        .map(|step| step.kind)
        .collect();
    assert_eq!(kinds, ["opened", "assigned", "staff_named"]);
    let since = at("2026-09-21 00:00");
    let found = board(&pool, None, since, at("2026-09-21 13:00"))
        .await
        .unwrap();
    let expected = CaseBoard {
        waiting: 1,
        warned: 0,
        overdue: 1,
        in_time: 0,
        late: 2,
    };
    assert_eq!(found, expected);
    let theirs = Actor::Customer("u1".to_owned());
    let own = reported_by(&pool, &theirs, &Page::first(10)).await.unwrap();
    assert_eq!(own.rows.len(), 1);
    let photo = "0".repeat(64).parse().unwrap();
    assert!(shows_photo(&pool, &theirs, &photo).await.unwrap());
    assert_eq!(
        photos_of(&pool, &theirs).await.unwrap(),
        [],
        "another filed it too"
    );
    assert_eq!(waiting(&pool).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_deadline_wipes_the_note_of_the_old_one() {
    let mut log = Log::default();
    let case = ("service_case", "c1");
    log.record(
        case,
        "2026-09-21 10:00",
        &opened("c1", "u1", "2026-09-21 12:00"),
    );
    let due_at = at("2026-09-21 12:00");
    log.record(
        case,
        "2026-09-21 11:30",
        &CaseEvent::DeadlineWarned { due_at },
    );
    log.record(
        case,
        "2026-09-21 12:00",
        &CaseEvent::DeadlineMissed { due_at },
    );
    let replanned = CaseEvent::Replanned {
        deadline: deadline("2026-09-22 12:00"),
        reason: "改休".to_owned(),
    };
    log.record(case, "2026-09-21 12:30", &replanned);
    let outcome = "好了".to_owned();
    log.record(case, "2026-09-21 13:00", &CaseEvent::Resolved { outcome });
    let rated = CaseEvent::Rated {
        stars: 1,
        comment: None,
    };
    log.record(case, "2026-09-21 14:00", &rated);
    let reopened = CaseEvent::Reopened {
        reason: "没好".to_owned(),
        reopened_at: at("2026-09-21 15:00"),
        deadline: deadline("2026-09-21 17:00"),
    };
    log.record(case, "2026-09-21 15:00", &reopened);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&ServiceCasesProjector, &pool).await;
    let row = by_id(&pool, "c1").await.unwrap().unwrap();
    assert_eq!(
        (row.missed_at, row.answered_at, row.stars),
        (None, None, None)
    );
    assert_eq!(
        (row.state.as_str(), row.due_at),
        ("open", at("2026-09-21 17:00"))
    );
}
