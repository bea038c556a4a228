//! How things go, as managers and auditors ask for it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::Centre;
use crate::support::town::Town;
use chaobiao_decision::Actor;
use chaobiao_domain::meter::{Channel, Evidence, ReadingPhoto, StoredPhoto, SubmitReading};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::Commodity;
use futures::StreamExt as _;
use serde_json::{Value, json};

async fn read(centre: &Centre, meter_no: &str, index: &str, channel: Channel, by: Actor) {
    let photo = channel.needs_photo().then(|| {
        let stored = StoredPhoto {
            bytes: 1_000,
            media_type: "image/jpeg".to_owned(),
        };
        ReadingPhoto::new("f0".repeat(32).parse().unwrap(), Some(stored))
    });
    let reading = SubmitReading {
        meter_no: meter_no.parse().unwrap(),
        index: index.parse().unwrap(),
        read_at: None,
        channel,
        photo,
        round: None,
        note: None,
        evidence: Evidence::default(),
    };
    centre.run_as(by, reading).await;
}

/// Three households on a walk of September's with li; W-8001 read by li, W-8002 by itself.
async fn september() -> Town {
    let town = Town::open().await;
    for account in ["8001", "8002", "8003"] {
        town.household(account).await;
    }
    town.centre.staff("zhou", &[Role::Reader]).await;
    let open = json!({
        "book": "B1", "month": "2026-09", "campusId": "N", "dueOn": "2026-09-30",
        "meterNos": ["W-8001", "W-8002", "W-8003"], "reader": "zhou",
    });
    town.centre
        .must(
            &town.manager,
            "openReadingRound",
            open,
            "readingRound { reader }",
        )
        .await;
    let zhou = Actor::Staff("zhou".to_owned());
    read(&town.centre, "W-8001", "12", Channel::Field, zhou).await;
    let machine = Actor::System("import".to_owned());
    read(&town.centre, "W-8002", "7", Channel::Remote, machine).await;
    town
}

#[tokio::test]
async fn r1_r6_how_meters_were_read_and_how_readers_did() {
    let town = september().await;
    let query = "{ readingChannelStats(from: \"2026-09\", to: \"2026-09\", by: CAMPUS) {
        key meters onSite remote selfRead unread visits onSiteShare visitsPerMeter } }";
    let answer = town.centre.ask(&town.manager, query, json!({})).await;
    assert_eq!(
        answer.data()["readingChannelStats"],
        json!([{ "key": "N", "meters": 3, "onSite": 1, "remote": 1, "selfRead": 0, "unread": 1,
                 "visits": 1, "onSiteShare": "0.3333", "visitsPerMeter": "0.3333" }])
    );
    let query = "{ readerKpi(month: \"2026-09\") { reader assigned read onTime onTimeRate readings
        photoRate reReadRate anomalyRate visits } }";
    let answer = town.centre.ask(&town.manager, query, json!({})).await;
    assert_eq!(
        answer.data()["readerKpi"],
        json!([{ "reader": "zhou", "assigned": 3, "read": 2, "onTime": 2, "onTimeRate": "0.6667",
                 "readings": 1, "photoRate": "1", "reReadRate": "0", "anomalyRate": "0",
                 "visits": 0 }])
    );
    // Readers do not judge each other.
    let reader = town.centre.staff("yu", &[Role::Reader]).await;
    let refused = town.centre.ask(&reader, query, json!({})).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
    let long = "{ readingChannelStats(from: \"2024-01\", to: \"2026-09\", by: BOOK) { key } }";
    let refused = town.centre.ask(&town.manager, long, json!({})).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
}

#[tokio::test]
async fn r6_the_overview_is_pushed_when_something_changes() {
    let town = september().await;
    let query = "subscription { overviewChanged(month: \"2026-09\") {
        meters read unread usage { commodity usage } } }";
    let request = town.centre.request(&town.manager, query, json!({})).await;
    let mut pushed = town.centre.schema.execute_stream(request);
    let shown = |response: async_graphql::Response| {
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        response.data.into_json().unwrap()["overviewChanged"].take()
    };
    let first = shown(pushed.next().await.unwrap());
    assert_eq!(
        first,
        json!({ "meters": 3, "read": 2, "unread": 1,
                "usage": [{ "commodity": "WATER", "usage": "19" }] })
    );
    let zhou = Actor::Staff("zhou".to_owned());
    read(&town.centre, "W-8003", "5", Channel::Field, zhou).await;
    let last = loop {
        let next = shown(pushed.next().await.unwrap());
        if next["unread"] == 0 && next["usage"][0]["usage"] == "24" {
            break next;
        }
    };
    assert_eq!(last["read"], 3);
}

#[tokio::test]
async fn r10_a_meter_that_uses_more_than_the_others_stands_out() {
    let town = Town::open().await;
    for account in ["8001", "8002", "8003", "8004"] {
        town.household(account).await;
    }
    // The class and campus of 8005 are the same, but it pays for electricity only.
    town.centre
        .open_account(
            "8005",
            "王芳",
            chaobiao_domain::account::AccountClass::Resident,
        )
        .await;
    town.meter("8005", "E", Commodity::Electricity).await;
    let machine = || Actor::System("import".to_owned());
    for (meter_no, index) in [
        ("W-8001", "30"),
        ("W-8002", "10"),
        ("W-8003", "12"),
        ("W-8004", "14"),
    ] {
        read(&town.centre, meter_no, index, Channel::Remote, machine()).await;
    }
    let ask = async |scope: &str| {
        let query = format!(
            "{{ usageAnalysis(scope: {scope}, commodity: WATER, from: \"2026-09\", to: \"2026-09\")
                {{ month usage lastYear like likeCount toLike }} }}"
        );
        let answer = town.centre.ask(&town.manager, &query, json!({})).await;
        answer.data()["usageAnalysis"].take()
    };
    let outlier = json!([{ "month": "2026-09", "usage": "30", "lastYear": null, "like": "12",
                           "likeCount": 3, "toLike": "2.5" }]);
    assert_eq!(ask("{ meterNo: \"W-8001\" }").await, outlier);
    assert_eq!(ask("{ accountNo: \"8001\" }").await, outlier);
    let whole: Value = ask("{ campus: \"N\" }").await;
    assert_eq!(whole[0]["usage"], "66");
    let query = "{ usageAnalysis(scope: { meterNo: \"W-8001\", campus: \"N\" }, commodity: WATER,
        from: \"2026-09\", to: \"2026-09\") { usage } }";
    let refused = town.centre.ask(&town.manager, query, json!({})).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
}
