//! What readers and technicians do before a meter besides reading it, over HTTP: marking its place,
//! checking what is kept of it, hanging another device.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::{CAMPUS, Centre};
use crate::support::client::Client;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

fn days_ago(days: i64) -> DateTime<Utc> {
    Utc::now() - TimeDelta::days(days)
}

fn pair(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), format!("input.{field}"))
}

/// An electricity meter behind transformers, without a device yet.
fn register(admin: &mut Client, meter_no: &str) {
    let meter = json!({
        "meterNo": meter_no, "commodity": "ELECTRICITY", "campusId": CAMPUS,
        "building": "物理楼", "room": "配电间", "book": "B1", "walkOrder": 1, "selfRead": false,
    });
    admin.must("registerMeter", meter, "meter { meterNo }");
}

/// Anybody signed in may see a photo of theirs; its bytes are what was sent.
fn is_shown(client: &mut Client, photo: &Value) {
    let picture = client.get(&format!("/photos/{}", photo.as_str().unwrap()));
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, Some("image/png"))
    );
}

#[tokio::test]
async fn r74_a_reader_marks_where_a_meter_is_by_satellite_in_words_and_in_a_picture() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut reader = centre.staff("li", &["READER"]);
    register(&mut admin, "E1");
    let mut mark = json!({ "meterNo": "E1" });
    let refused =
        |reader: &mut Client, mark: &Value| reader.refused("markMeterLocation", mark.clone());
    assert_eq!(
        refused(&mut reader, &mark),
        pair("METERING_POINT_PLACE_MISSING", "place")
    );
    mark["latitude"] = "40.0011".into();
    assert_eq!(
        refused(&mut reader, &mark),
        pair("METERING_POINT_POSITION_INCOMPLETE", "longitude")
    );
    mark["longitude"] = "196.3".into();
    assert_eq!(
        refused(&mut reader, &mark),
        pair("VALUE_OUT_OF_RANGE", "longitude")
    );
    mark["longitude"] = "116.3266".into();
    mark["photo"] = "0".repeat(64).into();
    assert_eq!(
        refused(&mut reader, &mark),
        pair("METER_PHOTO_UNKNOWN", "photo")
    );
    let photo = json!(reader.photograph(11));
    (mark["photo"], mark["place"]) = (photo.clone(), "一层配电间，左起第三块".into());
    mark["accuracyM"] = 7.into();
    reader.must("markMeterLocation", mark, "meter { meterNo }");

    let marks = "{ meterLocations(meterNo: \"E1\") { nodes {
        latitude longitude accuracyM place photo markedBy } } }";
    assert_eq!(
        reader.query(marks, &Value::Null)["meterLocations"]["nodes"],
        json!([{ "latitude": "40.0011", "longitude": "116.3266", "accuracyM": 7,
                 "place": "一层配电间，左起第三块", "photo": photo, "markedBy": "staff:li" }])
    );
    is_shown(&mut reader, &photo);
    is_shown(&mut admin, &photo);
}

#[tokio::test]
async fn r73_what_is_found_on_site_stands_beside_what_is_kept_until_it_is_put_right() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut technician = centre.staff("zhao", &["TECHNICIAN"]);
    let mut reader = centre.staff("li", &["READER"]);
    register(&mut admin, "E1");
    let device = json!({
        "meterNo": "E1", "hardwareNo": "HW-1", "digits": 5, "decimals": 2, "multiplier": "30",
        "openingIndex": "100", "installedAt": days_ago(60),
    });
    admin.must("installDevice", device, "meter { meterNo }");

    let mut check = json!({ "meterNo": "E1", "note": "铭牌已锈", "findings": [
        { "fact": "HARDWARE_NO", "found": "ｈｗ-1" },
        { "fact": "MULTIPLIER", "found": "40" },
        { "fact": "ROOM", "found": "值班室" },
    ] });
    assert_eq!(
        reader.refused("verifyMeter", check.clone()),
        pair("METERING_POINT_PHOTO_REQUIRED", "photo")
    );
    let photo = json!(reader.photograph(12));
    check["photo"] = photo.clone();
    let fields = "verificationId mismatches { fact expected found }";
    let checked = reader.must("verifyMeter", check, fields);
    assert_eq!(
        checked["mismatches"],
        json!([
            { "fact": "MULTIPLIER", "expected": "30", "found": "40" },
            { "fact": "ROOM", "expected": "配电间", "found": "值班室" },
        ])
    );

    let open = "{ meterChecks(open: true) { nodes {
        verificationId meterNo checkedBy facts photo mismatches { fact } } } }";
    let listed = technician.query(open, &Value::Null)["meterChecks"]["nodes"].take();
    assert_eq!(
        listed,
        json!([{ "verificationId": checked["verificationId"], "meterNo": "E1",
                 "checkedBy": "staff:li", "facts": ["HARDWARE_NO"], "photo": photo,
                 "mismatches": [{ "fact": "MULTIPLIER" }, { "fact": "ROOM" }] }])
    );
    is_shown(&mut technician, &photo);
    let resolve = json!({
        "meterNo": "E1", "verificationId": checked["verificationId"], "resolution": "互感器已换，待换表登记",
    });
    // Whoever reports it does not say that it is right again.
    let by_reader = "mutation($input: ResolveMeterMismatchInput!) {
        resolveMeterMismatch(input: $input) { pending } }";
    let mut input = resolve.clone();
    input["idempotencyKey"] = "on-site-key-00001".into();
    assert_eq!(
        reader.error_code(by_reader, &json!({ "input": input })),
        "FORBIDDEN"
    );
    technician.must("resolveMeterMismatch", resolve.clone(), "meter { meterNo }");
    assert_eq!(
        technician.refused("resolveMeterMismatch", resolve),
        pair("METERING_POINT_ALREADY_RESOLVED", "verificationId")
    );
    assert_eq!(
        technician.query(open, &Value::Null)["meterChecks"]["nodes"],
        json!([])
    );
}

#[tokio::test]
async fn r75_a_new_meter_and_its_replacement_with_indexes_photos_and_ratio() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut technician = centre.staff("zhao", &["TECHNICIAN"]);
    let mut reader = centre.staff("li", &["READER"]);
    register(&mut admin, "E1");
    let hung = json!(technician.photograph(21));
    let device = json!({
        "meterNo": "E1", "hardwareNo": "HW-1", "digits": 5, "decimals": 2, "multiplier": "30",
        "openingIndex": "10", "installedAt": days_ago(60), "photo": hung,
    });
    technician.must("installDevice", device, "meter { meterNo }");
    let reading = |reader: &mut Client, index: &str, at: DateTime<Utc>, shade: u8| {
        let photo = reader.photograph(shade);
        let reading = json!({
            "meterNo": "E1", "index": index, "readAt": at, "channel": "FIELD", "photo": photo,
        });
        reader.must("submitReading", reading, "status reading { usage }")
    };
    let first = reading(&mut reader, "12", days_ago(30), 22);
    assert_eq!(first["reading"]["usage"], "60");

    let (old, new) = (
        json!(technician.photograph(23)),
        json!(technician.photograph(24)),
    );
    let mut swap = json!({
        "meterNo": "E1", "closingIndex": "13.5", "closingPhoto": "f".repeat(64), "reason": "FAULT",
        "hardwareNo": "HW-2", "digits": 6, "decimals": 1, "multiplier": "40",
        "openingIndex": "3.2", "photo": new,
    });
    assert_eq!(
        technician.refused("replaceDevice", swap.clone()),
        pair("METER_PHOTO_UNKNOWN", "closingPhoto")
    );
    swap["closingPhoto"] = old.clone();
    let by_reader = "mutation($input: ReplaceDeviceInput!) {
        replaceDevice(input: $input) { pending } }";
    let mut input = swap.clone();
    input["idempotencyKey"] = "on-site-key-00002".into();
    assert_eq!(
        reader.error_code(by_reader, &json!({ "input": input })),
        "FORBIDDEN"
    );
    let shown = "meter { device { hardwareNo multiplier openingIndex } }";
    let swapped = technician.must("replaceDevice", swap, shown);
    assert_eq!(
        swapped["meter"]["device"],
        json!({ "hardwareNo": "HW-2", "multiplier": "40", "openingIndex": "3.2" })
    );

    let list = "{ replacements(reason: FAULT, multiplierChanged: true) { nodes {
        meterNo replacedBy removedHardwareNo closingIndex removedMultiplier closingPhoto
        installedHardwareNo openingIndex installedMultiplier openingPhoto } } }";
    assert_eq!(
        reader.query(list, &Value::Null)["replacements"]["nodes"],
        json!([{
            "meterNo": "E1", "replacedBy": "staff:zhao", "removedHardwareNo": "HW-1",
            "closingIndex": "13.5", "removedMultiplier": "30", "closingPhoto": old,
            "installedHardwareNo": "HW-2", "openingIndex": "3.2", "installedMultiplier": "40",
            "openingPhoto": new,
        }])
    );
    for photo in [&hung, &old, &new] {
        is_shown(&mut reader, photo);
    }
    // What passed through either device counts by its own ratio: 1.5 × 30 and 1 × 40.
    let after = reading(&mut reader, "4.2", Utc::now(), 25);
    assert_eq!(after["reading"]["usage"], "85");
}
