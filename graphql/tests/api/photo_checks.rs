//! Photos as the program sees them: verdicts with the answer and after it, the people who look
//! again, and the bill that waits for them.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::sync::Arc;

use chaobiao_domain::meter::{
    Certainty, PhotoCheck, PhotoReuse, PhotoVerdict, RecordPhotoCheck, ReuseSign, WheelSeen,
};
use chaobiao_domain::staff::Role;
use chaobiao_eventstore::operate::verify;
use chaobiao_graphql::support::PhotoQuestion;
use chaobiao_projections::photo_checks::PhotoChecksProjector;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::support::Browser;
use crate::support::town::Town;

/// What the test's shelf says of a photo, by how its hash goes on; nothing of any other.
pub(crate) fn seen_on(question: &PhotoQuestion) -> Option<PhotoCheck> {
    let (verdict, shown) = match question.photo.as_str().get(2..4)? {
        "d1" | "d5" => (PhotoVerdict::Match, question.index.to_string()),
        "d2" => (PhotoVerdict::Mismatch, "00126".to_owned()),
        "d3" => (PhotoVerdict::Unsure, "00128".to_owned()),
        "d4" => (PhotoVerdict::WrongMeter, "00128".to_owned()),
        _ => return None,
    };
    assert_eq!(question.wheels, Some((5, 0)), "the register is known");
    assert_eq!(question.numbers, ["W-A1", "HW-A1"]);
    let reused = question.photo.as_str().get(2..4) == Some("d5");
    Some(PhotoCheck {
        reused: reused.then(|| PhotoReuse {
            sign: ReuseSign::SameMoment,
            meter_no: "W-B2".parse().unwrap(),
            reading_id: "R9".parse().unwrap(),
        }),
        ..check(verdict, &shown)
    })
}

fn check(verdict: PhotoVerdict, shown: &str) -> PhotoCheck {
    PhotoCheck {
        verdict,
        rule: "scored".to_owned(),
        shown: Some(shown.to_owned()),
        wheels: vec![WheelSeen {
            value: "6.1".to_owned(),
            certainty: Certainty::try_new(991).unwrap(),
        }],
        certainty: Certainty::try_new(970).ok(),
        probability: Certainty::try_new(120).ok(),
        codes: vec!["HW-B2".to_owned()],
        serial: None,
        taken_at: Some("2026-09-20T09:58:00".parse().unwrap()),
        fingerprint: "00ff".to_owned(),
        reused: None,
        model: "m1".to_owned(),
    }
}

const SUBMITTED: &str = "status photoVerdict findings { rule severity message recomputed }
    reading { readingId status photoCheck { verdict rule shown index certainty probability model
    wheels { value certainty } codes takenAt risk decision reused { sign meterNo } } }";

struct Desk {
    town: Town,
    reader: Browser,
}

impl Desk {
    async fn open() -> Self {
        let town = Town::open().await;
        town.household("A1").await;
        let reader = town.centre.staff("zhou", &[Role::Reader]).await;
        Self { town, reader }
    }

    async fn submit(&self, photo: &str, day: &str, index: &str) -> Value {
        let input = json!({
            "meterNo": "W-A1", "index": index, "channel": "FIELD",
            "readAt": format!("{day}T02:00:00Z"), "photo": format!("f0{photo}{}", "0".repeat(60)),
        });
        self.town
            .centre
            .must(&self.reader, "submitReading", input, SUBMITTED)
            .await
    }

    /// A reading whose photo is read only afterwards.
    async fn late(&self, day: &str, index: &str, check: PhotoCheck) -> String {
        let submitted = self.submit("aa", day, index).await;
        assert_eq!(submitted["photoVerdict"], Value::Null);
        assert_eq!(submitted["status"], "ACCEPTED");
        assert_eq!(
            submitted["reading"]["photoCheck"],
            Value::Null,
            "not analysed"
        );
        let id = submitted["reading"]["readingId"].as_str().unwrap();
        let record = RecordPhotoCheck {
            meter_no: "W-A1".parse().unwrap(),
            reading_id: id.parse().unwrap(),
            check,
        };
        self.town.centre.run(record).await;
        id.to_owned()
    }

    async fn queue(&self) -> Value {
        let query = "{ photoChecks(first: 10) { totalCount nodes { readingId verdict risk } } }";
        let asked = self.town.centre.ask(&self.town.manager, query, json!({}));
        asked.await.data()["photoChecks"].clone()
    }

    async fn review(&self, who: &Browser, id: &str, decision: &str) -> (String, String) {
        let input = json!({ "meterNo": "W-A1", "readingId": id, "decision": decision });
        self.town.centre.refused(who, "reviewPhoto", input).await
    }
}

#[tokio::test]
async fn x5_r16_a_photo_that_shows_the_index_verifies_it_with_the_answer() {
    let desk = Desk::open().await;
    let submitted = desk.submit("d1", "2026-08-20", "128").await;
    assert_eq!(submitted["status"], "ACCEPTED");
    assert_eq!(submitted["photoVerdict"], "MATCH");
    assert_eq!(
        submitted["reading"]["photoCheck"],
        json!({
            "verdict": "MATCH", "rule": "scored", "shown": "128", "index": "128",
            "certainty": 970, "probability": 120, "model": "m1",
            "wheels": [{ "value": "6.1", "certainty": 991 }], "codes": ["HW-B2"],
            "takenAt": "2026-09-20T09:58:00", "risk": 0, "decision": null, "reused": null,
        })
    );
    assert_eq!(desk.queue().await, json!({ "totalCount": 0, "nodes": [] }));
}

#[tokio::test]
async fn v23_a_mismatch_another_meter_and_a_used_photo_hold_the_reading_with_the_answer() {
    let desk = Desk::open().await;
    for (photo, day, verdict, said) in [
        ("d2", "2026-08-20", "MISMATCH", "00126"),
        ("d4", "2026-08-21", "WRONG_METER", "HW-B2"),
        ("d5", "2026-08-22", "MATCH", "W-B2"),
    ] {
        let held = desk.submit(photo, day, "128").await;
        assert_eq!(held["status"], "HELD", "{photo}");
        assert_eq!(held["photoVerdict"], verdict);
        let finding = &held["findings"][0];
        assert_eq!(
            (
                &finding["rule"],
                &finding["severity"],
                &finding["recomputed"]
            ),
            (&json!("V23"), &json!("HOLD"), &json!(true))
        );
        assert!(
            finding["message"].as_str().unwrap().contains(said),
            "{finding}"
        );
        // The queue of held readings decides; this one has nothing to add.
        assert_eq!(desk.queue().await["totalCount"], 0);
    }
    let query = "{ readingReview(status: HELD, rule: V23, first: 5) { nodes {
        photoCheck { verdict reused { sign meterNo } } } } }";
    let asked = desk.town.centre.ask(&desk.town.manager, query, json!({}));
    let held = asked.await.data();
    let nodes = held["readingReview"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 3);
    assert_eq!(
        nodes[2]["photoCheck"]["reused"],
        json!({ "sign": "SAME_MOMENT", "meterNo": "W-B2" })
    );
}

#[tokio::test]
async fn x5_doubt_never_stops_a_bill_and_the_riskiest_is_looked_at_first() {
    let desk = Desk::open().await;
    let unsure = desk.submit("d3", "2026-08-20", "128").await;
    assert_eq!(unsure["status"], "ACCEPTED");
    assert_eq!(unsure["photoVerdict"], "UNSURE");
    let likely = unsure["reading"]["readingId"].as_str().unwrap().to_owned();
    let mut unlikely = check(PhotoVerdict::Unsure, "00130");
    unlikely.probability = Certainty::try_new(3).ok();
    let unlikely = desk.late("2026-08-25", "131", unlikely).await;
    assert_eq!(
        desk.queue().await,
        json!({ "totalCount": 2, "nodes": [
            { "readingId": unlikely, "verdict": "UNSURE", "risk": 997 },
            { "readingId": likely, "verdict": "UNSURE", "risk": 880 },
        ] })
    );
    assert_eq!(desk.town.bill("A1", "2026-08").await["billed"], 1);

    let input = json!({ "meterNo": "W-A1", "readingId": unlikely, "decision": "CONFIRMED" });
    let centre = &desk.town.centre;
    let taken = centre.mutate(&desk.reader, "reviewPhoto", input, "").await;
    assert_eq!(
        taken.unwrap_err(),
        "FORBIDDEN",
        "a reader has no right to review"
    );
}

#[tokio::test]
async fn v23_a_late_mismatch_stops_the_bill_until_somebody_else_has_looked() {
    let desk = Desk::open().await;
    let mismatch = check(PhotoVerdict::Mismatch, "00126");
    let id = desk.late("2026-08-20", "128", mismatch).await;
    assert_eq!(desk.queue().await["nodes"][0]["risk"], 1_500);
    let query = "{ previewBillingRun(month: \"2026-08\", campus: \"N\") {
        run { billed refusals { accountNo code } } } }";
    let preview = || async {
        let asked = desk.town.centre.ask(&desk.town.finance, query, json!({}));
        asked.await.data()["previewBillingRun"]["run"].clone()
    };
    assert_eq!(
        preview().await,
        json!({ "billed": 0,
            "refusals": [{ "accountNo": "A1", "code": "BILLING_PHOTO_DOUBTED" }] })
    );
    let manager = &desk.town.manager;
    assert_eq!(desk.review(manager, &id, "REFUTED").await.0, "accepted");
    assert_eq!(desk.queue().await["nodes"][0]["risk"], 2_000);
    assert_eq!(preview().await["billed"], 0);
    assert_eq!(desk.review(manager, &id, "CONFIRMED").await.0, "accepted");
    assert_eq!(desk.queue().await["totalCount"], 0);
    assert_eq!(preview().await["billed"], 1);
    let store = desk.town.centre.services.store();
    let verification = verify(store, Arc::new(PhotoChecksProjector)).await.unwrap();
    assert!(verification.is_equal(), "{verification:?}");
}

#[tokio::test]
async fn x5_a_resident_hears_of_the_verdict_when_it_comes_and_only_of_the_own_reading() {
    let desk = Desk::open().await;
    let town = &desk.town;
    let resident = town.resident("13800000001", "A1").await;
    town.household("B2").await;
    let neighbour = town.resident("13800000002", "B2").await;
    let submitted = desk.submit("aa", "2026-08-20", "128").await;
    let id = submitted["reading"]["readingId"].as_str().unwrap();
    let query = "subscription($id: String!) { photoChecked(readingId: $id) {
        check { verdict shown takenAt reviewedBy } } }";
    let request =
        |who: Browser| async move { town.centre.request(&who, query, json!({ "id": id })).await };
    let mut refused = town.centre.schema.execute_stream(request(neighbour).await);
    let first = refused.next().await.unwrap();
    assert!(first.data.into_json().unwrap().is_null() && !first.errors.is_empty());

    let mut news = town.centre.schema.execute_stream(request(resident).await);
    let told = news.next().await.unwrap().data.into_json().unwrap();
    assert_eq!(told["photoChecked"], json!({ "check": null }));
    let record = RecordPhotoCheck {
        meter_no: "W-A1".parse().unwrap(),
        reading_id: id.parse().unwrap(),
        check: check(PhotoVerdict::Unsure, "00128"),
    };
    town.centre.run(record).await;
    let told = news.next().await.unwrap().data.into_json().unwrap();
    assert_eq!(
        told["photoChecked"]["check"],
        json!({ "verdict": "UNSURE", "shown": "00128", "takenAt": null, "reviewedBy": null })
    );
}
