//! Months of readings from a file, what the system makes of them, and what field staff see in it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::fmt::Write as _;

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;
use serde_json::{Value, json};

const METERS: [&str; 3] = ["W-10001", "W-10002", "W-10003"];

/// A flat with a water meter that began to count in May of last year.
fn flat(admin: &mut Client, number: usize, meter_no: &str) {
    let account_no = format!("1000{number}");
    let account = json!({
        "accountNo": account_no, "class": "RESIDENT", "campus": CAMPUS, "holder": "王芳",
        "address": "北苑 3 栋 201", "householdPersons": 3,
    });
    admin.must("openAccount", account, "account { accountNo }");
    let meter = json!({
        "meterNo": meter_no, "commodity": "WATER", "campusId": CAMPUS, "building": "北苑 3 栋",
        "room": format!("20{number}"), "book": "B1", "walkOrder": number,
        "selfRead": false,
    });
    admin.must("registerMeter", meter, "meter { meterNo }");
    let device = json!({
        "meterNo": meter_no, "hardwareNo": format!("HW{number}"), "digits": 5, "openingIndex": "0",
        "installedAt": "2025-05-01T01:00:00Z",
    });
    admin.must("installDevice", device, "meter { meterNo }");
    let assign = json!({
        "accountNo": account_no, "meterNo": meter_no, "tariffId": "W", "from": "2025-05-01",
    });
    admin.must("assignMeter", assign, "account { accountNo }");
}

/// Ten a month, and in the first flat eighteen in the summer of 2026.
fn handheld() -> String {
    let mut file = "表号,本次抄码,抄表时间\n".to_owned();
    for (number, meter_no) in METERS.into_iter().enumerate() {
        let mut index = 0;
        for month in 0..16 {
            let (year, month) = (2025 + (4 + month) / 12, (4 + month) % 12 + 1);
            let summer = year == 2026 && (6..=8).contains(&month);
            index += if summer && number == 0 { 18 } else { 10 };
            writeln!(file, "{meter_no},{index},{year}-{month:02}-28 09:00").unwrap();
        }
    }
    file
}

#[tokio::test]
async fn r10_r82_usage_follows_from_a_file_and_is_held_against_last_year_and_like_meters() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut technician = centre.staff("zhao", &["TECHNICIAN"]);
    let mut reader = centre.staff("li", &["READER"]);
    for (number, meter_no) in (1..).zip(METERS) {
        flat(&mut admin, number, meter_no);
    }
    let path = centre.data_dir().join("掌机.csv");
    std::fs::write(&path, handheld() + "W-99999,7,2026-08-28 09:00\n").unwrap();
    let path = path.to_str().unwrap();
    let said = centre.command_fails(&["import", "readings", "--source", "handheld", path]);
    assert!(said.contains('1'), "{said}");
    let query = "{ importBatches { nodes { kind fileName rowCount accepted refused finished
        refusedRows(first: 5) { nodes { row subject code } } } } }";
    let batch = Centre::until(|| {
        let mut batches = technician.query(query, &Value::Null);
        let batch = batches.pointer_mut("/importBatches/nodes/0")?.take();
        (batch["finished"] == true).then_some(batch)
    });
    assert_eq!(
        batch,
        json!({ "kind": "HANDHELD_READINGS", "fileName": "掌机.csv", "rowCount": 49,
                "accepted": 48, "refused": 1, "finished": true, "refusedRows": { "nodes": [
                    { "row": 50, "subject": "W-99999", "code": "METER_NOT_FOUND" } ] } })
    );

    let trend = "query($no: String!) { usageAnalysis(scope: { meterNo: $no }, commodity: WATER,
        from: \"2026-05\", to: \"2026-06\") { month usage lastYear like toLastYear toLike } }";
    let trend = |reader: &mut Client, meter_no: &str| {
        let months = reader.query(trend, &json!({ "no": meter_no }));
        months["usageAnalysis"].clone()
    };
    let may = json!({ "month": "2026-05", "usage": "10", "lastYear": "10", "like": "10",
                      "toLastYear": "1", "toLike": "1" });
    let high = json!({ "month": "2026-06", "usage": "18", "lastYear": "10", "like": "10",
                       "toLastYear": "1.8", "toLike": "1.8" });
    Centre::until(|| (trend(&mut reader, METERS[0])[1] == high).then_some(()));
    assert_eq!(trend(&mut reader, METERS[0]), json!([may, high]));
    let usual = trend(&mut reader, METERS[1]);
    assert_eq!(
        (&usual[1]["usage"], &usual[1]["toLike"]),
        (&json!("10"), &json!("1"))
    );
    let building = "{ usageAnalysis(scope: { campus: \"N\", building: \"北苑 3 栋\" },
        commodity: WATER, from: \"2026-06\", to: \"2026-06\") { usage lastYear } }";
    assert_eq!(
        reader.query(building, &Value::Null)["usageAnalysis"],
        json!([{ "usage": "38", "lastYear": "30" }])
    );
}
