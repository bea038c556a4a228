//! What watchers are told (X8): nothing lost, nothing twice, each what is theirs.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::time::Duration;

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::customer::CustomerKind;
use chaobiao_domain::units::Commodity;
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _};
use serde_json::{Value, json};

use crate::support::town::Town;
use crate::support::{Answer, Browser, Centre};

/// Somebody who watches one subscription.
struct Watcher {
    answers: BoxStream<'static, async_graphql::Response>,
    field: &'static str,
}

impl Watcher {
    async fn new(centre: &Centre, who: &Browser, field: &'static str, rest: &str) -> Self {
        let document = format!("subscription {{ {field}{rest} }}");
        let request = centre.request(who, &document, json!({})).await;
        let answers = centre.schema.execute_stream(request).boxed();
        Self { answers, field }
    }

    async fn next(&mut self) -> Value {
        let answer = tokio::time::timeout(Duration::from_secs(20), self.answers.next());
        Answer::new(answer.await.unwrap().unwrap()).data()[self.field].clone()
    }

    /// Whether nothing comes for as long as several changes would take.
    async fn is_quiet(&mut self) -> bool {
        let answer = tokio::time::timeout(Duration::from_millis(600), self.answers.next());
        answer.await.is_err()
    }
}

const ANOMALIES: &str = " { latest { readingId } news { readingId } cursor }";

/// A meter read far too high on so many days of July.
async fn mistakes(town: &Town, days: std::ops::Range<u32>) -> Vec<String> {
    let mut ids = Vec::new();
    for day in days {
        let index = (50_000 + day * 7).to_string();
        ids.push(
            town.read("W-A1", &format!("2026-07-{day:02}"), &index)
                .await,
        );
    }
    ids
}

fn ids(list: &Value) -> Vec<String> {
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| row["readingId"].as_str().unwrap().to_owned())
        .collect()
}

async fn household() -> Town {
    let town = Town::open().await;
    town.centre
        .open_account("A1", "王芳", AccountClass::Resident)
        .await;
    town.meter("A1", "W", Commodity::Water).await;
    town.read("W-A1", "2026-06-20", "20").await;
    town
}

#[tokio::test]
async fn x8_what_was_found_while_a_watcher_was_away_is_told_in_order_and_once() {
    let town = household().await;
    let here = "anomalies";
    let mut watcher = Watcher::new(&town.centre, &town.manager, here, ANOMALIES).await;
    let begun = watcher.next().await;
    assert_eq!(
        (ids(&begun["latest"]), ids(&begun["news"])),
        (vec![], vec![])
    );
    let first = mistakes(&town, 1..3).await;
    let mut told = Vec::new();
    let mut cursor = Value::Null;
    while told.len() < 2 {
        let next = watcher.next().await;
        told.extend(ids(&next["news"]));
        cursor = next["cursor"].clone();
    }
    assert_eq!(told, first);
    drop(watcher);

    // More than are shown at once.
    let missed = mistakes(&town, 3..28).await;
    let resumed = format!("(after: {cursor}){ANOMALIES}");
    let mut watcher = Watcher::new(&town.centre, &town.manager, here, &resumed).await;
    let back = watcher.next().await;
    assert_eq!(ids(&back["news"]), missed);
    let mut newest = missed[5..].to_vec();
    newest.reverse();
    assert_eq!(ids(&back["latest"]), newest);

    // Who has heard it all is told nothing before there is more.
    let resumed = format!("(after: {}){ANOMALIES}", back["cursor"]);
    let mut watcher = Watcher::new(&town.centre, &town.manager, here, &resumed).await;
    assert!(watcher.is_quiet().await);
    let last = mistakes(&town, 28..29).await;
    assert_eq!(ids(&watcher.next().await["news"]), last);

    let forged = Watcher::new(
        &town.centre,
        &town.manager,
        here,
        "(after: \"7\") { cursor }",
    );
    let answer = forged.await.answers.next().await.unwrap();
    assert_eq!(Answer::new(answer).code(), Some("BAD_USER_INPUT"));
}

#[tokio::test]
async fn x8_many_watchers_are_told_the_same_and_a_new_one_how_things_are() {
    let town = household().await;
    let held = " { totalCount }";
    let mut watchers = Vec::new();
    for _ in 0..30 {
        let mut watcher = Watcher::new(&town.centre, &town.manager, "readingsHeld", held).await;
        assert_eq!(watcher.next().await["totalCount"], 0);
        watchers.push(watcher);
    }
    mistakes(&town, 1..2).await;
    for watcher in &mut watchers {
        assert_eq!(watcher.next().await["totalCount"], 1);
    }
    let mut late = Watcher::new(&town.centre, &town.manager, "readingsHeld", held).await;
    assert_eq!(late.next().await["totalCount"], 1);
    // Another campus is another question.
    let there = "(campus: \"S\") { totalCount }";
    let mut there = Watcher::new(&town.centre, &town.manager, "readingsHeld", there).await;
    assert_eq!(there.next().await["totalCount"], 0);
}

#[tokio::test]
async fn x8_whoever_filed_a_case_is_told_what_becomes_of_it_and_nobody_else() {
    let town = household().await;
    let centre = &town.centre;
    let fields = " { caseId status }";
    let mine = "myServiceCasesChanged";
    let resident = centre.customer("13800138000", CustomerKind::Resident).await;
    let neighbour = centre.customer("13800138001", CustomerKind::Resident).await;
    let mut own = Watcher::new(centre, &resident, mine, fields).await;
    let mut others = Watcher::new(centre, &neighbour, mine, fields).await;
    assert_eq!(
        (own.next().await, others.next().await),
        (json!([]), json!([]))
    );
    let case = json!({
        "kind": "FAULT", "campusId": "N", "place": "北苑 3 栋 201", "text": "水管漏水",
    });
    let filed = centre
        .must(&resident, "openServiceCase", case, "serviceCase { caseId }")
        .await;
    let case_id = &filed["serviceCase"]["caseId"];
    assert_eq!(
        own.next().await,
        json!([{ "caseId": case_id, "status": "OPEN" }])
    );
    let assign = json!({ "caseId": case_id, "login": "ma", "text": "请处理" });
    centre
        .must(&town.manager, "assignServiceCase", assign, "pending")
        .await;
    assert_eq!(
        own.next().await,
        json!([{ "caseId": case_id, "status": "ASSIGNED" }])
    );
    assert_eq!(others.answers.next().now_or_never().map(|_| ()), None);
}
