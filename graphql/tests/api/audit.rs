//! What auditors go through: lists of the trail, and samples nobody can choose.

use chaobiao_domain::staff::Role;
use chaobiao_eventstore::access::Principal;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Browser, Centre};

const LIST: &str = "query($list: AuditList, $from: DateTime, $to: DateTime) {
    auditTrail(list: $list, from: $from, to: $to, first: 100) {
        nodes { actor what eventType stream } } }";

async fn listed(centre: &Centre, auditor: &Browser, variables: Value) -> Vec<Value> {
    let answer = centre.ask(auditor, LIST, variables).await;
    answer.data()["auditTrail"]["nodes"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn types(lines: &[Value]) -> Vec<&str> {
    let types = lines.iter().map(|line| line["eventType"].as_str());
    types.map(Option::unwrap_or_default).collect()
}

/// A tariff, defined by day; a role given at night.
async fn busy() -> (Centre, Browser) {
    let centre = Centre::open().await;
    let admin = centre.staff("admin", &[Role::Admin]).await;
    centre.staff("shi", &[Role::Auditor]).await;
    centre.staff("wang", &[Role::Cashier]).await;
    centre.campus("N").await;
    let tariff = json!({
        "tariffId": "W", "name": "居民水价", "commodity": "WATER", "basePersons": 4,
        "quotaPerExtraPerson": "30", "priceChange": "PRORATE_BY_DAY",
        "versions": [{ "from": "2025-01-01", "tiers": [{ "price": "3.10" }] }],
    });
    let fields = "tariff { tariffId }";
    centre.must(&admin, "defineTariff", tariff, fields).await;
    centre.wait(TimeDelta::hours(14));
    let again = async |login: &str| centre.signed_in(Principal::Staff(login.to_owned())).await;
    let (admin, auditor) = (again("admin").await, again("shi").await);
    let role = json!({ "login": "wang", "role": "READER" });
    let fields = "staffMember { login }";
    centre.must(&admin, "grantRole", role, fields).await;
    (centre, auditor)
}

#[tokio::test]
async fn r98_an_auditor_goes_through_manual_acts_prices_and_what_was_done_after_hours() {
    let (centre, auditor) = busy().await;
    let prices = listed(&centre, &auditor, json!({ "list": "PRICES" })).await;
    assert!(!prices.is_empty());
    assert!(
        types(&prices)
            .iter()
            .all(|kind| kind.starts_with("tariff.")),
        "{prices:?}"
    );
    let manual = listed(&centre, &auditor, json!({ "list": "MANUAL_ACTS" })).await;
    assert_eq!(types(&manual), ["staff.role_granted"]);
    assert_eq!(manual[0]["actor"], "staff:admin");
    let late = listed(&centre, &auditor, json!({ "list": "AFTER_HOURS" })).await;
    assert_eq!(
        types(&late),
        ["staff.role_granted"],
        "the tariff came by day"
    );
    let day = json!({ "list": "AFTER_HOURS", "from": "2026-09-24T00:00:00Z",
        "to": "2026-09-24T10:00:00Z" });
    assert!(listed(&centre, &auditor, day).await.is_empty());
    for empty in ["ESTIMATES", "CORRECTIONS", "RECEIPTS"] {
        let lines = listed(&centre, &auditor, json!({ "list": empty })).await;
        assert!(lines.is_empty(), "{empty}: {lines:?}");
    }
    let years = json!({ "list": "AFTER_HOURS", "from": "2020-01-01T00:00:00Z" });
    let too_far = centre.ask(&auditor, LIST, years).await;
    assert_eq!(too_far.code(), Some("BAD_USER_INPUT"));
}

#[tokio::test]
async fn r98_a_sample_is_the_same_for_the_same_seed_and_for_auditors_alone() {
    let (centre, auditor) = busy().await;
    let draw = "query($size: Int!, $seed: String!) {
        auditSample(stream: \"staff\", size: $size, seed: $seed) {
            population entries { leafIndex stream } } }";
    let mut drawn = Vec::new();
    for seed in ["2026 年 9 月", "2026 年 9 月", "a", "b", "c", "d", "e"] {
        let variables = json!({ "size": 2, "seed": seed });
        let sample = centre.ask(&auditor, draw, variables).await.data()["auditSample"].take();
        assert_eq!(sample["population"], "4", "three hired, one given a role");
        assert_eq!(sample["entries"].as_array().map(Vec::len), Some(2));
        drawn.push(sample["entries"].clone());
    }
    assert_eq!(drawn[0], drawn[1]);
    assert!(drawn[2..].iter().any(|other| *other != drawn[0]));
    for (size, seed) in [(0, "a"), (101, "a"), (2, " ")] {
        let wrong = json!({ "size": size, "seed": seed });
        let refused = centre.ask(&auditor, draw, wrong).await;
        assert_eq!(refused.code(), Some("BAD_USER_INPUT"), "{size} {seed:?}");
    }
    let manager = centre.staff("ma", &[Role::Manager]).await;
    let denied = centre.ask(&manager, draw, json!({ "size": 2, "seed": "a" }));
    assert_eq!(denied.await.code(), Some("FORBIDDEN"));
}
