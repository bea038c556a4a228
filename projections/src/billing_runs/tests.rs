use chaobiao_decision::Actor;
use chaobiao_domain::billing_run::{
    BillingCounts, BillingRunAdvanced, BillingRunEvent, BillingRunStarted, RefusedAccount,
};
use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::Log;
use crate::paging::Page;

fn started(run_id: &str, at: &str, campus: Option<&str>) -> BillingRunEvent {
    BillingRunEvent::Started(BillingRunStarted {
        run_id: run_id.parse().unwrap(),
        month: "2026-07".parse().unwrap(),
        campus: campus.map(|campus| campus.parse().unwrap()),
        accounts: Vec::new(),
        due_on: None,
        expected: 60_000,
        started_by: Actor::Staff("li".to_owned()),
        started_at: at.parse().unwrap(),
    })
}

fn advanced(through: &str, billed: u32) -> BillingRunEvent {
    BillingRunEvent::Advanced(BillingRunAdvanced {
        through: through.parse().unwrap(),
        counts: BillingCounts {
            billed,
            total: Fen::new(6_200 * i64::from(billed)),
            refused: 1,
            nothing_to_bill: 1,
            ..BillingCounts::default()
        },
        unread: vec![through.parse().unwrap()],
        refusals: vec![RefusedAccount {
            account_no: through.parse().unwrap(),
            code: "BILLING_READINGS_HELD".to_owned(),
            message: "待审核".to_owned(),
        }],
    })
}

#[tokio::test]
async fn a_run_shows_how_far_it_is_and_rests_when_nobody_brings_it_on() {
    let mut log = Log::default();
    let all = ("billing_run", "R1");
    log.record(
        all,
        "2026-08-01 09:00",
        &started("R1", "2026-08-01T01:00:00Z", None),
    );
    log.record(all, "2026-08-01 09:01", &advanced("A7", 198));
    log.record(all, "2026-08-01 09:02", &advanced("B7", 198));
    let south = ("billing_run", "R2");
    log.record(
        south,
        "2026-08-01 09:03",
        &started("R2", "2026-08-01T01:03:00Z", Some("S")),
    );
    let finished = BillingRunEvent::Finished {
        counts: BillingCounts::default(),
    };
    log.record(south, "2026-08-01 09:04", &finished);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&BillingRunsProjector, &pool).await;

    let run = query::by_id(&pool, &"R1".parse().unwrap()).await;
    let run = run.unwrap().unwrap();
    assert_eq!((run.counts.accounts(), run.expected), (400, 60_000));
    assert_eq!(run.counts.total, Fen::new(6_200 * 396));
    assert_eq!(run.unread.len(), 2);
    assert_eq!(run.refusals[1].account_no.as_str(), "B7");
    assert!(!run.finished);

    let resting = async |since: &str| {
        let found = query::resting(&pool, since.parse().unwrap()).await.unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(resting("2026-08-01T01:01:59Z").await, [""; 0]);
    assert_eq!(resting("2026-08-01T01:05:00Z").await, ["R1"]);

    let listed = async |month: &str, campus: Option<&str>| {
        let filter = BillingRunFilter {
            month: Some(month.parse().unwrap()),
            campus: campus.map(|campus| campus.parse().unwrap()),
        };
        let slice = query::runs(&pool, &filter, &Page::first(5)).await.unwrap();
        let rows = slice.rows.into_iter();
        rows.map(|(_, run)| run.run_id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed("2026-07", None).await, ["R2", "R1"]);
    assert_eq!(listed("2026-07", Some("N")).await, ["R1"]);
    assert_eq!(listed("2026-06", None).await, [""; 0]);
}
