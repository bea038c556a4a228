//! What follows by itself: books send their readers out, campaigns remind their customers.

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

fn day(days_ago: i64) -> String {
    let local = Utc::now() + TimeDelta::hours(8) - TimeDelta::days(days_ago);
    local.format("%Y-%m-%d").to_string()
}

fn meter(admin: &mut Client, meter_no: &str, book: &str) {
    let meter = json!({
        "meterNo": meter_no, "commodity": "WATER", "campusId": CAMPUS, "building": "紫荆 3 号楼",
        "room": "305", "book": book, "selfRead": true,
    });
    admin.must("registerMeter", meter, "");
    let device = json!({
        "meterNo": meter_no, "hardwareNo": format!("HW-{meter_no}"), "digits": 5,
        "openingIndex": "100", "installedAt": Utc::now() - TimeDelta::days(30),
    });
    admin.must("installDevice", device, "");
}

#[tokio::test]
async fn r18_a_book_sends_its_reader_out_by_itself() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("boss", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    meter(&mut admin, "M1", "B7");
    let book = json!({
        "book": "B7", "name": "紫荆", "campusId": CAMPUS, "cycle": "QUARTER",
        "firstOn": day(0), "dueDays": 10, "reader": "li",
    });
    manager.must("openReadingBook", book, "");
    let tasks = "{ readingTasks { nodes { meterNo dueOn reader } } }";
    let task = Centre::until(|| {
        let tasks = reader.query(tasks, &Value::Null);
        tasks["readingTasks"]["nodes"].get(0).cloned()
    });
    assert_eq!(
        task,
        json!({ "meterNo": "M1", "dueOn": day(-10), "reader": "li" })
    );
    let book = "{ readingBook(book: \"B7\") { nextOn lastRound { unread } } }";
    let book = manager.query(book, &Value::Null)["readingBook"].take();
    assert_eq!(book["lastRound"]["unread"], 1);
    assert!(book["nextOn"].as_str().unwrap() > day(0).as_str());
    assert_eq!(centre.events_of("round.opened").await, 1);
}

#[tokio::test]
async fn r1_customers_who_have_not_read_are_reminded() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("boss", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    for meter_no in ["M1", "M2"] {
        meter(&mut admin, meter_no, "B7");
    }
    let photo = reader.photograph(1);
    let reading = json!({
        "meterNo": "M1", "index": "104", "readAt": Utc::now() - TimeDelta::hours(30),
        "channel": "FIELD", "photo": photo,
    });
    reader.must("submitReading", reading, "status");
    // The day of the reminder has passed: it goes out at once.
    let campaign = json!({
        "campaignId": "C1", "name": "自助抄表", "campusId": CAMPUS, "from": day(5),
        "until": day(-5), "remindOn": [day(1)],
    });
    manager.must("openSelfReadCampaign", campaign, "");
    let reminder =
        centre.await_message(|message| message["message"]["template"] == "self_read_reminder");
    assert_eq!(reminder["message"]["meter_no"], "M2");
    assert_eq!(reminder["message"]["until"], day(-5));
    let campaigns = "{ selfReadCampaigns { meters read reminders } }";
    let shown = manager.query(campaigns, &Value::Null)["selfReadCampaigns"].take();
    assert_eq!(shown, json!([{ "meters": 2, "read": 1, "reminders": 1 }]));
}

#[tokio::test]
async fn r76_a_report_is_laid_out_as_the_centre_wants_it() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("boss", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    for (meter_no, index, shade) in [("M1", "104", 1), ("M2", "109", 2)] {
        meter(&mut admin, meter_no, "B7");
        let photo = reader.photograph(shade);
        let reading = json!({
            "meterNo": meter_no, "index": index, "channel": "FIELD", "photo": photo,
        });
        reader.must("submitReading", reading, "status");
    }
    let layout = json!({
        "templateId": "buildings", "name": "楼栋用量", "group": "BUILDING", "monthly": true,
        "columns": [{ "column": "BUILDING", "heading": "楼" }, { "column": "MONTH" },
                    { "column": "USAGE", "heading": "用水(吨)" }, { "column": "METERS" }],
    });
    let fields = "reportTemplate { version columns { heading } }";
    manager.must("publishReportTemplate", layout, fields);
    let month = &day(0)[..7];
    let path = |kind: &str| format!("/export/usage/buildings.{kind}?from={month}&to={month}");
    let csv = Centre::until(|| {
        let (answer, bytes) = reader.download(&path("csv"));
        (answer.status == 200 && bytes.len() > 60).then(|| String::from_utf8(bytes).unwrap())
    });
    assert_eq!(
        csv,
        format!("\u{feff}楼,月份,用水(吨),表数\r\n紫荆 3 号楼,{month},13,2\r\n")
    );
    let (answer, bytes) = reader.download(&path("xlsx"));
    assert_eq!(answer.status, 200);
    assert!(bytes.starts_with(b"PK"));
    assert_eq!(
        reader
            .get("/export/usage/none.csv?from=2026-01&to=2026-01")
            .status,
        404
    );
    assert_eq!(
        reader
            .get("/export/usage/buildings.csv?from=2026-02&to=2026-01")
            .status,
        400
    );
    let mut cashier = centre.staff("cash", &["CASHIER"]);
    assert_eq!(cashier.get(&path("csv")).status, 403);
}

#[tokio::test]
async fn r99_a_round_is_printed_in_the_order_of_its_walk() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("boss", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    for meter_no in ["M1", "M2"] {
        meter(&mut admin, meter_no, "B7");
    }
    let open = json!({
        "book": "B7", "month": &day(0)[..7], "campusId": CAMPUS, "dueOn": day(-9),
        "meterNos": ["M2", "M1"], "reader": "li",
    });
    let opened = manager.must("openReadingRound", open, "readingRound { roundId }");
    let round = opened["readingRound"]["roundId"].as_str().unwrap();
    let (answer, page) = reader.download(&format!("/export/rounds/{round}.html"));
    assert_eq!(answer.status, 200);
    let page = String::from_utf8(page).unwrap();
    let place = |text: &str| {
        page.find(text)
            .unwrap_or_else(|| panic!("{text} is not on it"))
    };
    assert!(place("<td>M2</td>") < place("<td>M1</td>"));
    assert!(page.contains("<td>HW-M2</td><td>紫荆 3 号楼 305</td>"));
    assert!(page.contains("抄表员 li"));
    assert!(page.contains("门锁、水淹、无人、表坏、其他"));
    assert_eq!(reader.get("/export/rounds/B7-190001.html").status, 404);
}
