use chaobiao_decision::Actor;
use chaobiao_domain::connector::{
    ConnectorEvent, ConnectorRegistered, ConnectorSettings, ConnectorSource, RunOutcome, Schedule,
};
use chaobiao_testing::TestDatabase;
use chrono::{DateTime, Utc};

use super::*;
use crate::fixture::Log;
use crate::paging::Page;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_connector_is_due_by_its_schedule_and_its_runs_are_listed() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let schedule = Schedule {
        every_minutes: 60,
        offset_minutes: 0,
    };
    let registered = ConnectorEvent::Registered(Box::new(ConnectorRegistered {
        connector_id: "JK-1".parse().unwrap(),
        settings: ConnectorSettings {
            name: "能耗平台".to_owned(),
            source: ConnectorSource::Folder {
                folder: "nh".to_owned(),
            },
            profile_id: "NH".parse().unwrap(),
            schedule,
        },
        at: moment("2026-03-02T00:30:00Z"),
        by: Actor::Staff("li".to_owned()),
    }));
    let started = ConnectorEvent::RunStarted {
        run: 1,
        node: "1".to_owned(),
        at: moment("2026-03-02T01:00:00Z"),
    };
    let ended = ConnectorEvent::RunEnded {
        run: 1,
        outcome: RunOutcome::NothingNew,
        at: moment("2026-03-02T01:00:05Z"),
    };
    let (stream, time) = (("connector", "JK-1"), "2026-03-02 09:00");
    let mut log = Log::default();
    log.record(stream, time, &registered)
        .record(stream, time, &started)
        .record(stream, time, &ended);
    log.project_both_ways(&ConnectorsProjector, &pool).await;
    let due = async |at: &str| query::due(&pool, moment(at)).await.unwrap().len();
    assert_eq!(due("2026-03-02T01:59:59Z").await, 0);
    assert_eq!(due("2026-03-02T02:00:00Z").await, 1);
    let runs = query::runs(&pool, "JK-1", &Page::first(10)).await.unwrap();
    assert_eq!(runs.rows.len(), 1);
    assert_eq!(runs.rows[0].1.outcome, Some(RunOutcome::NothingNew));
    let shown = query::one(&pool, "JK-1").await.unwrap().unwrap();
    assert!(!shown.record.running);
}
