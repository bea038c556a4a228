//! Labels beside meters: printed, fetched, scanned, over HTTP.

use crate::support::centre::{CAMPUS, Centre};
use serde_json::json;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one label from printing to its scan")]
async fn r83_r84_labels_are_printed_in_batches_fetched_as_files_and_scanned() {
    let mut centre = Centre::equipped().await;
    let mut technician = centre.staff("zhou", &["TECHNICIAN"]);
    for (meter_no, walk) in [("100234", 2), ("100235", 1)] {
        let meter = json!({
            "meterNo": meter_no, "commodity": "WATER", "campusId": CAMPUS,
            "building": "紫荆 3 号楼", "room": "305", "book": "B1", "walkOrder": walk,
            "selfRead": true,
        });
        technician.must("registerMeter", meter, "meter { meterNo }");
    }
    let labels = "query($state: LabelState) { meterLabels(state: $state) {
        nodes { meterNo state serial batchId scanCondition } } }";
    let to_print = technician.query(labels, &json!({ "state": "TO_PRINT" }));
    let numbers: Vec<_> = to_print["meterLabels"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["meterNo"].clone())
        .collect();
    assert_eq!(numbers, ["100235", "100234"]);
    let print = json!({ "meterNos": numbers });
    let printed = technician.must("printMeterLabels", print, "batchId labels");
    assert_eq!(printed["labels"], 2);
    let batch = printed["batchId"].as_str().unwrap().to_owned();

    let pdf = format!("/export/labels/{batch}.pdf");
    let (answer, file) = technician.download(&pdf);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/pdf"))
    );
    assert!(file.starts_with(b"%PDF-"));
    assert_eq!(technician.download(&pdf).1, file, "the same to the byte");
    let (answer, zpl) = technician.download(&format!("/export/labels/{batch}.zpl"));
    let zpl = String::from_utf8(zpl).unwrap();
    assert_eq!(answer.status, 200);
    let place = |number: &str| zpl.find(&format!("^FD{number}^FS")).unwrap();
    assert!(
        place("100235") < place("100234"),
        "in the order of the walk"
    );

    let mut cashier = centre.staff("li", &["CASHIER"]);
    assert_eq!(cashier.get(&pdf).status, 403);
    assert_eq!(technician.get("/export/labels/none.pdf").status, 404);

    let mut reader = centre.staff("wu", &["READER"]);
    for condition in ["FRESH", "AFTER_WATER", "AFTER_OIL", "AFTER_HEAT"] {
        let scan = json!({
            "meterNo": "100234", "scanned": "100234", "condition": condition,
        });
        let scanned = reader.must("verifyLabelScan", scan, "readable");
        assert_eq!(scanned["readable"], true);
    }
    let other = json!({ "meterNo": "100234", "scanned": "100235", "condition": "IN_SERVICE" });
    let (code, field) = reader.refused("verifyLabelScan", other);
    assert_eq!(
        (code.as_str(), field.as_str()),
        ("METER_LABEL_SCAN_DIFFERS", "input.scanned")
    );
    let dead = json!({ "meterNo": "100235", "condition": "IN_SERVICE" });
    let dead = reader.must("verifyLabelScan", dead, "readable");
    assert_eq!(dead["readable"], false);
    let shown = technician.query(labels, &json!({ "state": "UNREADABLE" }));
    assert_eq!(shown["meterLabels"]["nodes"][0]["meterNo"], "100235");
    let scans = "{ labelScans(meterNo: \"100234\") { condition readable } }";
    let scans = technician.query(scans, &json!({}));
    assert_eq!(scans["labelScans"].as_array().unwrap().len(), 4);

    let replace = json!({ "meterNo": "100235", "reason": "UNREADABLE" });
    technician.must("replaceMeterLabel", replace, "meter { meterNo }");
    let template = json!({
        "templateId": "large", "widthMm": 70, "heightMm": 40, "dotsPerMm": 8, "pet": true,
        "resinRibbon": true,
    });
    technician.must("defineLabelTemplate", template, "pending");
    let again = json!({ "meterNos": ["100235"], "templateId": "large" });
    let again = technician.must("printMeterLabels", again, "batchId");
    let shown = technician.query(labels, &json!({ "state": "TO_SCAN" }));
    assert_eq!(
        shown["meterLabels"]["nodes"],
        json!([{ "meterNo": "100235", "state": "TO_SCAN", "serial": 2,
                 "batchId": again["batchId"], "scanCondition": null }])
    );
    // What is scanned is what finds the card.
    let found = "{ meter(meterNo: \"100235\") { meterNo } }";
    let found = reader.query(found, &json!({}));
    assert_eq!(found["meter"]["meterNo"], "100235");
}
