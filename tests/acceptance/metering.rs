//! Meters, readings and rounds as readers, residents and reviewers meet them, over HTTP.

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::{Client, dial};
use chrono::{DateTime, Datelike as _, Months, TimeDelta, Utc};
use serde_json::{Value, json};

fn pair(code: &str, field: &str) -> (String, String) {
    let field = if field.is_empty() {
        String::new()
    } else {
        format!("input.{field}")
    };
    (code.to_owned(), field)
}

fn days_ago(days: i64) -> DateTime<Utc> {
    Utc::now() - TimeDelta::days(days)
}

/// A water meter of its own, opened at 100 on a day.
fn meter(admin: &mut Client, meter_no: &str, book: &str, walk_order: u32, opened: DateTime<Utc>) {
    let meter = json!({
        "meterNo": meter_no, "commodity": "WATER", "campusId": CAMPUS, "building": "紫荆 3 号楼",
        "room": "305", "book": book, "walkOrder": walk_order, "selfRead": true,
    });
    admin.must("registerMeter", meter, "meter { meterNo }");
    let device = json!({
        "meterNo": meter_no, "hardwareNo": format!("HW-{meter_no}"), "digits": 5, "decimals": 2,
        "maxPerHour": "5", "openingIndex": "100", "installedAt": opened,
    });
    admin.must("installDevice", device, "meter { meterNo }");
}

/// Binds the household's account to a new resident.
fn resident(centre: &Centre, manager: &mut Client, phone: &str, account_no: &str) -> Client {
    let mut resident = centre.customer(phone, "RESIDENT");
    let request = json!({ "accountNo": account_no, "holderName": "王芳" });
    let bound = resident.must("requestBinding", request, "binding { bindingId }");
    let approve = json!({ "bindingId": bound["binding"]["bindingId"] });
    manager.must("approveBinding", approve, "binding { status }");
    resident
}

const VERDICT: &str =
    "status duplicate findings { rule severity message } reading { readingId status usage index }";

fn read(client: &mut Client, meter_no: &str, index: &str, at: DateTime<Utc>, shade: u8) -> Value {
    let photo = client.photograph(shade);
    let reading = json!({
        "meterNo": meter_no, "index": index, "readAt": at, "channel": "FIELD", "photo": photo,
    });
    client.must("submitReading", reading, VERDICT)
}

#[tokio::test]
async fn r15_r54_a_resident_reads_the_own_meter_with_index_and_photo() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let meter_no = Centre::household(&mut admin, "10001", "王芳");
    let foreign = Centre::household(&mut admin, "10002", "王芳");
    let mut resident = resident(&centre, &mut manager, "13800138000", "10001");
    let photo = resident.photograph(1);
    let own = |meter_no: &str, index: &str| json!({ "meterNo": meter_no, "index": index, "channel": "SELF_READ", "photo": photo });
    let judged = resident.must("submitReading", own(&meter_no, "112"), VERDICT);
    assert_eq!(judged["reading"]["status"], "ACCEPTED");
    assert_eq!(judged["reading"]["usage"], "12");
    assert_eq!(
        resident.refused("submitReading", own(&foreign, "112")),
        pair("METER_NOT_YOURS", "meterNo")
    );
    // What the next form starts from.
    let form = "query($no: String!) { meter(meterNo: $no) {
        device { digits decimals } lastReading { index readAt photo } } }";
    let shown = resident.query(form, &json!({ "no": meter_no }));
    assert_eq!(shown["meter"]["lastReading"]["index"], "112");
    assert_eq!(
        shown["meter"]["device"],
        json!({ "digits": 5, "decimals": 0 })
    );
    assert!(resident.query(form, &json!({ "no": foreign }))["meter"].is_null());

    let hash = shown["meter"]["lastReading"]["photo"]
        .as_str()
        .unwrap()
        .to_owned();
    let picture = resident.get(&format!("/photos/{hash}"));
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, Some("image/png"))
    );
    let mut stranger = centre.customer("13800138001", "RESIDENT");
    assert_eq!(stranger.get(&format!("/photos/{hash}")).status, 404);
}

#[tokio::test]
async fn r15_a_units_clerk_reads_the_own_water_meters_and_electricity_where_it_is_switched_on() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let account = json!({
        "accountNo": "40001", "class": "UNIT", "campus": CAMPUS, "holder": "物理学院",
        "address": "物理楼", "householdPersons": 0,
    });
    admin.must("openAccount", account, "account { accountNo }");
    for (meter_no, commodity, tariff, self_read) in [
        ("W1", "WATER", "W", true),
        ("E1", "ELECTRICITY", "E", false),
        ("E2", "ELECTRICITY", "E", true),
    ] {
        let meter = json!({
            "meterNo": meter_no, "commodity": commodity, "campusId": CAMPUS,
            "building": "物理楼", "room": "总表间", "book": "B1", "selfRead": self_read,
        });
        admin.must("registerMeter", meter, "meter { meterNo }");
        let device = json!({
            "meterNo": meter_no, "hardwareNo": format!("HW-{meter_no}"), "digits": 5,
            "openingIndex": "100", "installedAt": days_ago(60),
        });
        admin.must("installDevice", device, "meter { meterNo }");
        let assign = json!({
            "accountNo": "40001", "meterNo": meter_no, "tariffId": tariff,
            "from": days_ago(60).format("%Y-%m-%d").to_string(),
        });
        admin.must("assignMeter", assign, "account { accountNo }");
    }
    let mut clerk = centre.customer("13800138000", "UNIT_CLERK");
    let request = json!({ "accountNo": "40001", "holderName": "物理学院" });
    let bound = clerk.must("requestBinding", request, "binding { bindingId }");
    let photo = clerk.photograph(1);
    let another = clerk.photograph(2);
    let own = |meter_no: &str, photo: &str| json!({ "meterNo": meter_no, "index": "112", "channel": "SELF_READ", "photo": photo });
    // A request is no binding yet.
    assert_eq!(
        clerk.refused("submitReading", own("W1", &photo)),
        pair("METER_NOT_YOURS", "meterNo")
    );
    let approve = json!({ "bindingId": bound["binding"]["bindingId"] });
    manager.must("approveBinding", approve, "binding { status }");
    for (meter_no, photo) in [("W1", &photo), ("E2", &another)] {
        let judged = clerk.must("submitReading", own(meter_no, photo), VERDICT);
        assert_eq!(judged["reading"]["usage"], "12", "{meter_no}");
    }
    assert_eq!(
        clerk.refused("submitReading", own("E1", &photo)),
        pair("METER_SELF_READ_NOT_ENABLED", "meterNo")
    );
}

#[tokio::test]
async fn r21_r69_photo_and_index_are_both_mandatory() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut reader = centre.staff("li", &["READER"]);
    meter(&mut admin, "M1", "B1", 1, days_ago(60));
    let mut reading = json!({ "meterNo": "M1", "index": "112", "channel": "FIELD" });
    assert_eq!(
        reader.refused("submitReading", reading.clone()),
        pair("METER_PHOTO_REQUIRED", "photo")
    );
    reading["photo"] = "0".repeat(64).into();
    assert_eq!(
        reader.refused("submitReading", reading.clone()),
        pair("METER_PHOTO_UNKNOWN", "photo")
    );
    // A reader cannot pass off a look at the dial as a machine's data.
    reading["channel"] = "REMOTE".into();
    assert_eq!(
        reader.refused("submitReading", reading.clone()),
        pair("METER_CHANNEL_NOT_ALLOWED", "channel")
    );
    let no_index = "mutation($photo: String!) { submitReading(input: { meterNo: \"M1\",
        idempotencyKey: \"0123456789abcdef\", channel: FIELD, photo: $photo }) { duplicate } }";
    let code = reader.error_code(no_index, &json!({ "photo": "0".repeat(64) }));
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    let judged = read(&mut reader, "M1", "112.5", Utc::now(), 1);
    assert_eq!(judged["reading"]["usage"], "12.5");
}

#[tokio::test]
async fn r72_an_odd_reading_is_told_at_once_held_and_reviewed_by_another_person() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    meter(&mut admin, "M1", "B1", 1, days_ago(90));
    read(&mut reader, "M1", "130", days_ago(60), 1);
    let high = read(&mut reader, "M1", "230", days_ago(30), 2);
    assert_eq!(high["status"], "HELD");
    assert_eq!(high["findings"][0]["rule"], "V7");
    let backwards = read(&mut reader, "M1", "120", days_ago(20), 3);
    assert_eq!(backwards["findings"][0]["rule"], "V5");
    // Neither blocks the next one.
    let next = read(&mut reader, "M1", "240", days_ago(1), 4);
    assert_eq!(
        (&next["status"], &next["reading"]["usage"]),
        (&json!("ACCEPTED"), &json!("110"))
    );

    let queue = "{ readingReview(status: HELD, first: 5) { totalCount nodes {
        readingId meterNo index previousIndex photo usage findings { rule message }
        meter { building room } } } }";
    let held = manager.query(queue, &Value::Null)["readingReview"].take();
    assert_eq!(held["totalCount"], 2);
    assert_eq!(held["nodes"][0]["previousIndex"], "130");
    assert_eq!(held["nodes"][0]["meter"]["room"], "305");
    let id = &held["nodes"][0]["readingId"];
    let decide = json!({ "meterNo": "M1", "readingId": id });
    let accepted = manager.must("acceptHeldReading", decide, "reading { status usage }");
    assert_eq!(
        accepted["reading"],
        json!({ "status": "ACCEPTED", "usage": "100" })
    );
    let reject = json!({
        "meterNo": "M1", "readingId": held["nodes"][1]["readingId"], "reason": "看错了",
    });
    let rejected = manager.must("rejectReading", reject, "reading { status reason }");
    assert_eq!(
        rejected["reading"],
        json!({ "status": "REJECTED", "reason": "看错了" })
    );
    let card = "{ meter(meterNo: \"M1\") { readings(first: 5) { nodes { index usage status } } } }";
    let nodes = manager.query(card, &Value::Null)["meter"]["readings"]["nodes"].take();
    let usages: Vec<&Value> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["usage"])
        .collect();
    assert_eq!(json!(usages), json!(["10", null, "100", "30"]));
}

#[tokio::test]
async fn r4_a_correction_takes_a_reason_and_a_second_person() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut reader = centre.staff("li", &["READER"]);
    let mut first = centre.staff("chen", &["MANAGER"]);
    let mut second = centre.staff("wang", &["MANAGER"]);
    meter(&mut admin, "M1", "B1", 1, days_ago(60));
    let judged = read(&mut reader, "M1", "130", days_ago(30), 1);
    let id = &judged["reading"]["readingId"];
    let mut ask = json!({ "meterNo": "M1", "readingId": id, "index": "120", "reason": " " });
    assert_eq!(
        first.refused("requestCorrection", ask.clone()),
        pair("VALUE_EMPTY", "reason")
    );
    ask["reason"] = "3 看成了 2".into();
    let asked = first.must("requestCorrection", ask, "correctionId reading { index }");
    assert_eq!(asked["reading"]["index"], "130", "nothing changes yet");
    let approve = json!({ "meterNo": "M1", "correctionId": asked["correctionId"] });
    assert_eq!(
        first.refused("approveCorrection", approve.clone()),
        pair("METER_CORRECTION_NEEDS_ANOTHER_PERSON", "")
    );
    let forbidden = "mutation($input: ApproveCorrectionInput!) {
        approveCorrection(input: $input) { pending } }";
    let mut input = approve.clone();
    input["idempotencyKey"] = "metering-key-0001".into();
    assert_eq!(
        reader.error_code(forbidden, &json!({ "input": input })),
        "FORBIDDEN"
    );
    let fields = "reading { status index usage quality decidedBy }";
    let done = second.must("approveCorrection", approve, fields);
    assert_eq!(
        done["reading"],
        json!({ "status": "CORRECTED", "index": "120", "usage": "20", "quality": "EDITED",
                "decidedBy": "staff:wang" })
    );
    let all = "{ corrections(status: APPROVED) { nodes { oldIndex newIndex requestedBy } } }";
    assert_eq!(
        second.query(all, &Value::Null)["corrections"]["nodes"],
        json!([{ "oldIndex": "130", "newIndex": "120", "requestedBy": "staff:chen" }])
    );
}

#[tokio::test]
async fn r53_usage_reaches_twelve_months_back() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    let now = Utc::now();
    let opened = now.checked_sub_months(Months::new(14)).unwrap();
    let account = json!({
        "accountNo": "10001", "class": "RESIDENT", "campus": CAMPUS, "holder": "王芳",
        "address": "北苑 3 栋 201", "householdPersons": 3,
    });
    admin.must("openAccount", account, "account { accountNo }");
    meter(&mut admin, "M1", "B1", 1, opened);
    let from = opened.format("%Y-%m-%d").to_string();
    let assign = json!({ "accountNo": "10001", "meterNo": "M1", "tariffId": "W", "from": from });
    admin.must("assignMeter", assign, "account { accountNo }");
    // On the fifth of each month in Shanghai, whatever the day is there or here; this month now.
    let shanghai = (now + TimeDelta::hours(8)).date_naive();
    for month in 1..=14_u32 {
        let then = shanghai
            .checked_sub_months(Months::new(14 - month))
            .unwrap();
        let fifth = then.with_day(5).unwrap().and_hms_opt(2, 0, 0).unwrap();
        let at = if month == 14 { now } else { fifth.and_utc() };
        let index = (100 + 10 * month).to_string();
        let judged = read(&mut reader, "M1", &index, at, u8::try_from(month).unwrap());
        assert_eq!(judged["status"], "ACCEPTED", "{month}: {judged}");
    }
    let mut resident = resident(&centre, &mut manager, "13800138000", "10001");
    let usage = "{ usage(accountNo: \"10001\") { month meterNo usage unit } }";
    let months = resident.query(usage, &Value::Null)["usage"].take();
    let months = months.as_array().unwrap();
    assert_eq!(months.len(), 12);
    for month in months {
        assert_eq!(
            (&month["usage"], &month["unit"]),
            (&json!("10"), &json!("m³"))
        );
    }
    let too_far = "{ usage(accountNo: \"10001\", months: 121) { month } }";
    assert_eq!(resident.error_code(too_far, &Value::Null), "BAD_USER_INPUT");
    let foreign = "{ usage(accountNo: \"10002\") { month } }";
    assert_eq!(resident.error_code(foreign, &Value::Null), "NOT_FOUND");
}

#[tokio::test]
async fn r71_r75_scanned_or_typed_the_same_card_also_after_a_replacement() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut technician = centre.staff("zhao", &["TECHNICIAN"]);
    meter(&mut admin, "M1", "B1", 1, days_ago(60));
    let card = "query($no: String!) { meter(meterNo: $no) {
        meterNo building room device { hardwareNo openingIndex } } }";
    let typed = technician.query(card, &json!({ "no": "M1" }));
    assert_eq!(typed["meter"]["device"]["hardwareNo"], "HW-M1");
    for code in ["HW-M1", " Ｍ１", "ｈｗ".to_uppercase().as_str()] {
        let scanned = technician.query(card, &json!({ "no": code }));
        if code.starts_with('Ｈ') {
            assert!(scanned["meter"].is_null());
        } else {
            assert_eq!(scanned, typed, "{code}");
        }
    }
    let photo = technician.photograph(1);
    let mut swap = json!({
        "meterNo": "M1", "closingIndex": "99", "closingPhoto": photo, "reason": "ROTATION",
        "hardwareNo": "HW-NEW", "digits": 5, "decimals": 2, "openingIndex": "3.2", "photo": photo,
    });
    assert_eq!(
        technician.refused("replaceDevice", swap.clone()),
        pair("METER_CLOSING_INDEX_WENT_BACKWARDS", "closingIndex")
    );
    swap["closingIndex"] = "118.5".into();
    technician.must("replaceDevice", swap, "meter { device { hardwareNo } }");
    let renewed = technician.query(card, &json!({ "no": "HW-NEW" }));
    assert_eq!(renewed["meter"]["device"]["openingIndex"], "3.2");
    assert!(technician.query(card, &json!({ "no": "HW-M1" }))["meter"].is_null());
    let judged = read(&mut technician, "M1", "4.2", Utc::now(), 2);
    assert_eq!(judged["reading"]["usage"], "19.5");
}

#[tokio::test]
async fn r79_what_is_left_of_a_round_with_reasons_and_counts() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let mut reader = centre.staff("li", &["READER"]);
    for (number, order) in [("M1", 3), ("M2", 2), ("M3", 1)] {
        meter(&mut admin, number, "B1", order, days_ago(60));
    }
    let today = Utc::now() + TimeDelta::hours(8);
    let month = today.format("%Y-%m").to_string();
    let due = (today + TimeDelta::days(20)).format("%Y-%m-%d").to_string();
    let open = json!({ "book": "B1", "month": month, "campusId": CAMPUS, "dueOn": due });
    let opened = manager.must("openReadingRound", open, "readingRound { roundId meters }");
    assert_eq!(opened["readingRound"]["meters"], 3);
    let round = &opened["readingRound"]["roundId"];
    read(&mut reader, "M1", "130", Utc::now(), 1);
    let mut locked = json!({ "roundId": round, "meterNo": "M2", "reason": "OTHER" });
    assert_eq!(
        reader.refused("recordUnreadReason", locked.clone()),
        pair("ROUND_NOTE_REQUIRED", "note")
    );
    locked["reason"] = "DOOR_LOCKED".into();
    reader.must("recordUnreadReason", locked, "readingRound { unread }");

    let list = "query($round: String!) { unreadMeters(roundId: $round) {
        totalCount nodes { meterNo reason meter { room } } } }";
    let unread = reader.query(list, &json!({ "round": round }))["unreadMeters"].take();
    assert_eq!(
        unread,
        json!({ "totalCount": 2, "nodes": [
            { "meterNo": "M3", "reason": null, "meter": { "room": "305" } },
            { "meterNo": "M2", "reason": "DOOR_LOCKED", "meter": { "room": "305" } },
        ] })
    );
    let figures = "query($month: YearMonth!) { readingRounds(month: $month) {
        meters read held unread reasons { reason meters } } }";
    let rounds = manager.query(figures, &json!({ "month": month }))["readingRounds"].take();
    assert_eq!(
        rounds,
        json!([{ "meters": 3, "read": 1, "held": 0, "unread": 2, "reasons": [
            { "reason": null, "meters": 1 }, { "reason": "DOOR_LOCKED", "meters": 1 },
        ] }])
    );
}

#[tokio::test]
async fn r2_a_bill_line_leads_back_to_its_readings_and_photos() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let mut finance = centre.staff("finance", &["FINANCE"]);
    let meter_no = Centre::household(&mut admin, "10001", "王芳");
    let mut resident = resident(&centre, &mut manager, "13800138000", "10001");
    let photo = resident.photograph(7);
    let reading =
        json!({ "meterNo": meter_no, "index": "112", "channel": "SELF_READ", "photo": photo });
    resident.must("submitReading", reading, VERDICT);
    let month = (Utc::now() + TimeDelta::hours(8))
        .format("%Y-%m")
        .to_string();
    let run = json!({ "month": month, "accountNos": ["10001"] });
    finance.must("runBilling", run, "pending");
    let bills = "{ account(accountNo: \"10001\") { bills(first: 1) { nodes { total
        lines { quantity readings { index channel photo usage } } } } } }";
    let bill = resident.query(bills, &Value::Null)["account"]["bills"]["nodes"][0].take();
    assert_eq!(bill["total"], "3720");
    assert_eq!(bill["lines"][0]["quantity"], "12");
    let readings = bill["lines"][0]["readings"].as_array().unwrap();
    assert_eq!(
        readings.last().unwrap(),
        &json!({ "index": "112", "channel": "SELF_READ", "photo": photo, "usage": "12" })
    );
}

#[tokio::test]
async fn a_replacement_is_listed_and_customers_are_not_told_who_did_it() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut manager = centre.staff("review", &["MANAGER"]);
    let mut technician = centre.staff("zhao", &["TECHNICIAN"]);
    Centre::household(&mut admin, "10001", "王芳");
    let mut resident = resident(&centre, &mut manager, "13800138000", "10001");
    let swap = json!({
        "meterNo": "W-10001", "closingIndex": "118", "reason": "FAULT", "hardwareNo": "HW-NEW",
        "digits": 5, "multiplier": "2", "openingIndex": "3",
    });
    technician.must("replaceDevice", swap, "");
    let fields = "nodes { meterNo reason replacedBy removedHardwareNo closingIndex openingIndex }";
    let list = format!("{{ replacements(reason: FAULT, multiplierChanged: true) {{ {fields} }} }}");
    let nodes = Centre::until(|| {
        let nodes = manager.query(&list, &Value::Null)["replacements"]["nodes"].take();
        (nodes != json!([])).then_some(nodes)
    });
    let mut replacement = json!({
        "meterNo": "W-10001", "reason": "FAULT", "replacedBy": "staff:zhao",
        "removedHardwareNo": "HW10001", "closingIndex": "118", "openingIndex": "3",
    });
    assert_eq!(nodes, json!([replacement]));
    let none = "{ replacements(reason: ROTATION) { nodes { meterNo } } }";
    assert_eq!(
        manager.query(none, &Value::Null)["replacements"]["nodes"],
        json!([])
    );

    let card = format!("{{ meter(meterNo: \"W-10001\") {{ replacements {{ {fields} }} }} }}");
    let seen = resident.query(&card, &Value::Null)["meter"]["replacements"]["nodes"].take();
    replacement["replacedBy"] = Value::Null;
    assert_eq!(seen, json!([replacement]));
}

#[tokio::test]
async fn photos_are_taken_from_those_who_read_meters_or_take_payments() {
    let mut centre = Centre::equipped().await;
    let mut nobody = centre.client("nobody");
    assert_eq!(nobody.upload(&dial(1)).status, 401);
    let mut auditor = centre.staff("yan", &["AUDITOR"]);
    assert_eq!(auditor.upload(&dial(1)).status, 403);
    let mut cashier = centre.staff("zhang", &["CASHIER"]);
    assert_eq!(
        cashier.upload(&dial(1)).status,
        201,
        "what a transfer left behind"
    );
    let mut reader = centre.staff("li", &["READER"]);
    assert_eq!(reader.upload(&dial(1)).status, 201);
}
