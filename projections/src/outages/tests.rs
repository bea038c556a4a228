use std::collections::BTreeSet;

use chaobiao_domain::bulletin::outage::{OutageArea, OutageEvent, OutagePublished};
use chaobiao_domain::units::Commodity;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};
use crate::paging::Page;

fn published(id: &str, area: OutageArea) -> OutageEvent {
    OutageEvent::Published(OutagePublished {
        outage_id: id.parse().unwrap(),
        commodities: BTreeSet::from([Commodity::Water]),
        area,
        from: at("2026-09-25 09:00"),
        to: at("2026-09-25 13:00"),
        reason: "水箱清洗".to_owned(),
        remind_at: None,
    })
}

#[tokio::test]
async fn notices_stand_until_they_are_over_or_cancelled() {
    let mut log = Log::default();
    let campus = || "N".parse().unwrap();
    let everywhere = OutageArea::Campus { campus: campus() };
    let alone = OutageArea::Account {
        campus: campus(),
        account_no: "10001".parse().unwrap(),
    };
    log.record(
        ("outage", "o1"),
        "2026-09-21 09:00",
        &published("o1", everywhere),
    );
    log.record(
        ("outage", "o2"),
        "2026-09-21 09:00",
        &published("o2", alone),
    );
    let extended = OutageEvent::Extended {
        to: at("2026-09-25 18:00"),
        reason: "管道损坏".to_owned(),
    };
    log.record(("outage", "o1"), "2026-09-25 12:00", &extended);
    log.record(("outage", "o1"), "2026-09-24 09:00", &OutageEvent::Reminded);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&OutagesProjector, &pool).await;

    let filter = |time: &str, reach| OutageFilter {
        campus: Some("N".to_owned()),
        current_at: Some(at(time)),
        reach,
    };
    for (time, reach, expected) in [
        ("2026-09-25 12:30", Reach::Staff, 2),
        ("2026-09-25 12:30", Reach::Everybody, 1),
        ("2026-09-25 12:30", Reach::Customer("u1".to_owned()), 1),
        ("2026-09-25 15:00", Reach::Staff, 1),
        ("2026-09-25 18:00", Reach::Staff, 0),
    ] {
        let seen = outages(&pool, &filter(time, reach), &Page::first(10))
            .await
            .unwrap();
        assert_eq!(seen.rows.len(), expected, "{time}");
    }
    let row = by_id(&pool, "o1").await.unwrap().unwrap();
    assert_eq!(
        (row.first_to, row.outage_to),
        (at("2026-09-25 13:00"), at("2026-09-25 18:00"))
    );

    let cancelled = OutageEvent::Cancelled {
        reason: "改期".to_owned(),
        at: Some(at("2026-09-25 12:30")),
    };
    log.record(("outage", "o1"), "2026-09-25 12:30", &cancelled);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&OutagesProjector, &pool).await;
    let now = filter("2026-09-25 12:30", Reach::Everybody);
    let seen = outages(&pool, &now, &Page::first(10)).await.unwrap();
    assert!(seen.rows.is_empty());
}
