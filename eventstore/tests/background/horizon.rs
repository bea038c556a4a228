//! Places in the log to look from.

use chaobiao_decision::{CommandContext, Rejection, StreamId};
use chaobiao_eventstore::{HistoryError, Horizon, Known, replay};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::counter::{Add, Counter, LIMIT, World, start_of_time};

impl World {
    /// Adds at so many minutes from the start of time.
    async fn add_at(&self, minutes: i64, counters: &[&str], amount: i64) -> i64 {
        let actor = chaobiao_decision::Actor::Staff("li".to_owned());
        let at = start_of_time() + TimeDelta::minutes(minutes);
        let context = CommandContext::new(Uuid::now_v7(), actor, at);
        let executed = self.bus.execute(context, Add::new(counters, amount)).await;
        executed.unwrap().position.unwrap()
    }

    async fn horizon(&self, known: Known) -> Result<Horizon, HistoryError> {
        self.bus.store().horizon(known).await
    }

    async fn total(&self, counter: &str, known: Known) -> i64 {
        let store = self.bus.store();
        let stream = StreamId::new("counter", counter);
        let horizon = store.horizon(known).await.unwrap();
        let history = store.history_to(&stream, horizon).await.unwrap();
        replay::<Counter>(&history).unwrap().total
    }
}

fn code(answer: Result<Horizon, HistoryError>) -> String {
    match answer {
        Err(HistoryError::Refused(Rejection { code, .. })) => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x18_the_past_is_a_prefix_of_whole_commits() {
    let world = World::create().await;
    let minute = |minutes| Known::At(start_of_time() + TimeDelta::minutes(minutes));
    assert_eq!(world.horizon(Known::Now).await.unwrap().position, 0);
    assert_eq!(
        code(world.horizon(minute(9)).await),
        "HISTORY_BEFORE_FIRST_EVENT"
    );

    let daemon = world.daemon().start();
    world.add_at(0, &["a"], 1).await;
    world.add_at(10, &["a", "b", "c"], 10).await;
    // Recorded by a clock that is late: it became known after what it follows.
    world.add_at(5, &["a"], 100).await;
    let last = world.add_at(20, &["b"], 1000).await;
    assert!(daemon.wait_for(last, LIMIT).await);
    daemon.shutdown().await;

    let totals = [(1, 1), (2, 1), (3, 1), (4, 11), (5, 111), (6, 111)];
    for (position, total) in totals {
        let known = Known::Position(position);
        assert_eq!(world.total("a", known).await, total, "at {position}");
    }
    let whole = world.horizon(Known::Position(3)).await.unwrap();
    assert_eq!(whole.position, 1, "half a commit was never to be seen");
    assert_eq!(whole.known_at, Some(start_of_time()));
    for (minutes, position) in [(0, 1), (5, 1), (9, 1), (10, 5), (19, 5), (20, 6), (999, 6)] {
        let horizon = world.horizon(minute(minutes)).await.unwrap();
        assert_eq!(horizon.position, position, "at minute {minutes}");
    }
    assert_eq!(world.horizon(Known::Now).await.unwrap().position, 6);
    for before in [minute(-1), Known::Position(0), Known::Position(-1)] {
        assert_eq!(
            code(world.horizon(before).await),
            "HISTORY_BEFORE_FIRST_EVENT"
        );
    }
    let beyond = world.horizon(Known::Position(7)).await;
    assert_eq!(code(beyond), "HISTORY_POSITION_BEYOND_LOG");
}
