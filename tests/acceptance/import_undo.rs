//! A file of readings that never should have come in, taken back by two people over HTTP.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::Centre;
use crate::support::client::Client;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

fn import(centre: &Centre, name: &str, text: &str) -> String {
    let path = centre.data_dir().join(name);
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    centre.command(&["import", "readings", "--source", "handheld", path])
}

fn batches(client: &mut Client) -> Value {
    let query = "{ importBatches { nodes { batchId fileName run accepted unchanged
        undo { state reason requestedBy approvedBy withdrawn kept }
        keptReadings(first: 5) { nodes { meterNo code } } } } }";
    client.query(query, &Value::Null)["importBatches"]["nodes"].take()
}

fn last_index(client: &mut Client, meter_no: &str) -> Value {
    let query = "query($no: String!) { meter(meterNo: $no) { lastReading { index } } }";
    let meter = client.query(query, &json!({ "no": meter_no }));
    meter["meter"]["lastReading"]["index"].clone()
}

#[tokio::test]
async fn r19_a_file_is_taken_back_but_for_what_a_bill_rests_on_and_may_come_again() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut finance = centre.staff("finance", &["FINANCE"]);
    let mut first = centre.staff("chen", &["MANAGER"]);
    let mut second = centre.staff("wang", &["MANAGER"]);
    for account in ["10001", "10002", "10003"] {
        Centre::household(&mut admin, account, "王芳");
    }
    let today = Utc::now() + TimeDelta::hours(8);
    let day = (today - TimeDelta::hours(9)).format("%Y-%m-%d 00:30");
    let rows = |index: u32| {
        format!("表号,读数,抄表时间\nW-10001,112,{day}\nW-10002,{index},{day}\nW-10003,90,{day}\n")
    };
    import(&centre, "错.csv", &rows(115));
    let month = (today - TimeDelta::hours(9)).format("%Y-%m").to_string();
    let run = json!({ "month": month, "accountNos": ["10001"] });
    finance.must("runBilling", run, "pending");

    let batch = Centre::until(|| {
        batches(&mut first)[0]["batchId"]
            .as_str()
            .map(str::to_owned)
    });
    let ask = json!({ "batchId": batch, "reason": "掌机里是上一册的数" });
    let asked = first.must("requestImportUndo", ask, "importBatch { undo { state } }");
    assert_eq!(asked["importBatch"]["undo"]["state"], "REQUESTED");
    let approve = json!({ "batchId": batch });
    assert_eq!(
        first.refused("approveImportUndo", approve.clone()).0,
        "IMPORT_BATCH_UNDO_NEEDS_ANOTHER_PERSON"
    );
    second.must("approveImportUndo", approve, "pending");
    let undone = Centre::until(|| {
        let batch = batches(&mut second)[0].take();
        (batch["undo"]["state"] == "DONE").then_some(batch)
    });
    assert_eq!(
        undone["undo"],
        json!({ "state": "DONE", "reason": "掌机里是上一册的数", "requestedBy": "staff:chen",
                "approvedBy": "staff:wang", "withdrawn": 2, "kept": 1 })
    );
    assert_eq!(
        undone["keptReadings"]["nodes"],
        json!([{ "meterNo": "W-10001", "code": "METER_READING_BILLED" }])
    );
    Centre::until(|| last_index(&mut first, "W-10002").is_null().then_some(()));
    assert_eq!(last_index(&mut first, "W-10001"), "112");
    let held = "{ readingReview(status: HELD) { totalCount } }";
    assert_eq!(
        first.query(held, &Value::Null)["readingReview"]["totalCount"],
        0
    );

    // The right file has a row of the wrong one in it: the one that stands is known, the others
    // are judged anew.
    import(&centre, "对.csv", &rows(118));
    let newest = Centre::until(|| {
        let batch = batches(&mut second)[0].take();
        (batch["fileName"] == "对.csv" && batch["accepted"] == 1).then_some(batch)
    });
    assert_eq!(
        (&newest["unchanged"], &newest["undo"]),
        (&json!(1), &Value::Null)
    );
    Centre::until(|| (last_index(&mut first, "W-10002") == "118").then_some(()));
}
