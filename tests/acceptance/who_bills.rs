//! R91: files to and from the charging system, by the command line and over HTTP.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::{ALL_DESKS, CAMPUS, Centre};
use crate::support::client::Client;
use serde_json::{Value, json};

fn file(centre: &Centre, name: &str, text: &str) -> String {
    let path = centre.data_dir().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn read(manager: &mut Client, meter_no: &str, index: &str, read_at: &str, shade: u8) {
    let photo = manager.photograph(shade);
    let reading = json!({
        "meterNo": meter_no, "index": index, "channel": "FIELD", "photo": photo,
        "readAt": read_at,
    });
    let read = manager.must("submitReading", reading, "reading { status }");
    assert_eq!(read["reading"]["status"], "ACCEPTED");
}

/// Two households, billed by the charging system since ever.
fn theirs(centre: &mut Centre) -> Client {
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    for (number, shade) in [("10001", 10), ("10002", 20)] {
        let meter_no = Centre::household(&mut manager, number, "王芳");
        read(
            &mut manager,
            &meter_no,
            "110",
            "2026-02-01T02:00:00Z",
            shade,
        );
    }
    let set = json!({
        "campusId": CAMPUS, "master": "CHARGING_SYSTEM", "from": "2025-01",
        "reason": "收费系统继续开账",
    });
    manager.must("setBillingMaster", set, "billingMasters { from master }");
    manager
}

fn bill(client: &mut Client, bill_no: &str) -> Value {
    let query = "query($no: String!) { bill(billNo: $no) { total adjusted openAmount voidedOn
        chargingSystem { billNos paidThere } } }";
    client.query(query, &json!({ "no": bill_no }))["bill"].take()
}

/// The lines of a file, without its heading.
fn rows(csv: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(csv).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

const HEADING: &str = "户号,收费系统表号,账期,用量,应收金额,截止日期,账单号,欠费,状态\n";

#[tokio::test]
async fn r91_a_file_of_bills_comes_in_once_is_corrected_and_withdrawn() {
    let mut centre = Centre::equipped().await;
    let mut manager = theirs(&mut centre);
    let first = file(
        &centre,
        "bills-1.csv",
        &format!(
            "{HEADING}10001,W-10001,2026-02,10,31.00,2026-03-15,SF001,31.00,未缴\n\
             10002,W-10002,2026-02,10,31.00,2026-03-15,SF002,11.00,部分缴费\n\
             10009,W-10001,2026-02,10,31.00,2026-03-15,SF003,31.00,未缴\n"
        ),
    );
    let dry = centre.command_fails(&["import", "bills", &first, "--dry-run"]);
    assert!(dry.contains("1 行被退回"), "{dry}");
    assert_eq!(centre.events_of("account.charged").await, 0);
    for _ in 0..2 {
        centre.command_fails(&["import", "bills", &first]);
        assert_eq!(centre.events_of("account.charged").await, 2);
        assert_eq!(centre.events_of("account.charging_system_paid").await, 1);
    }
    let shown =
        Centre::until(|| Some(bill(&mut manager, "10002-202602")).filter(|it| !it.is_null()));
    assert_eq!(
        shown,
        json!({
            "total": "3100", "adjusted": "0", "openAmount": "1100", "voidedOn": null,
            "chargingSystem": { "billNos": ["SF002"], "paidThere": "2000" },
        })
    );
    let second = file(
        &centre,
        "bills-2.csv",
        &format!(
            "{HEADING}10001,W-10001,2026-02,9,27.90,2026-03-15,SF001,27.90,未缴\n\
             10002,W-10002,2026-02,10,31.00,2026-03-15,SF002,11.00,作废\n"
        ),
    );
    centre.command(&["import", "bills", &second]);
    Centre::until(|| {
        let corrected = bill(&mut manager, "10001-202602");
        let withdrawn = bill(&mut manager, "10002-202602");
        (corrected["openAmount"] == "2790" && !withdrawn["voidedOn"].is_null()).then_some(())
    });
    assert_eq!(bill(&mut manager, "10001-202602")["adjusted"], "-310");
    // The older file would set back what the newer one has changed.
    let said = centre.command_fails(&["import", "bills", &first]);
    assert!(said.contains("--older"), "{said}");
    let batches = "{ importBatches { nodes { kind fileName accepted refused } } }";
    let batches = manager.query(batches, &Value::Null)["importBatches"]["nodes"].take();
    assert_eq!(
        batches[0],
        json!({
            "kind": "CHARGING_SYSTEM_BILLS", "fileName": "bills-2.csv",
            "accepted": 2, "refused": 0,
        })
    );
}

#[tokio::test]
async fn r91_rows_of_a_bill_come_in_together_or_not_at_all() {
    let mut centre = Centre::equipped().await;
    let mut manager = theirs(&mut centre);
    let meter = json!({
        "meterNo": "E-10001", "commodity": "ELECTRICITY", "campusId": CAMPUS,
        "building": "北苑 3 栋", "room": "201", "book": "B1", "walkOrder": 2, "selfRead": false,
    });
    manager.must("registerMeter", meter, "meter { meterNo }");
    let assign = json!({
        "accountNo": "10001", "meterNo": "E-10001", "tariffId": "E", "from": "2026-01-01",
    });
    manager.must("assignMeter", assign, "account { accountNo }");
    let text = |power: &str| {
        format!(
            "{HEADING}10001,W-10001,2026-02,10,31.00,2026-03-15,SF001,,\n\
             10002,W-10002,2026-02,10,31.00,2026-03-15,SF002,,\n\
             10001,E-10001,2026-02,40,{power},2026-03-20,SF001,,\n"
        )
    };
    let broken = file(&centre, "broken.csv", &text("22.005"));
    let said = centre.command_fails(&["import", "bills", &broken]);
    assert!(said.contains("2 行被退回"), "{said}");
    assert_eq!(centre.events_of("account.charged").await, 1);
    let whole = file(&centre, "whole.csv", &text("22.00"));
    let said = centre.command(&["import", "bills", &whole]);
    assert!(said.contains("通过 2"), "{said}");
    let shown =
        Centre::until(|| Some(bill(&mut manager, "10001-202602")).filter(|it| !it.is_null()));
    assert_eq!(shown["total"], "5300");
    // A vendor's own file by its profile.
    let mut technician = centre.staff("tech", &["TECHNICIAN"]);
    let column = |field: &str, name: &str| json!({ "field": field, "place": { "name": name } });
    let profile = json!({ "profileId": "sfxt", "layout": {
        "name": "收费系统", "kind": "CHARGING_SYSTEM_BILLS", "format": "DELIMITED",
        "encoding": "UTF8", "columns": [
            column("ACCOUNT_NO", "YHBH"), column("METER_NO", "BH"), column("MONTH", "NY"),
            column("USAGE", "SL"), column("AMOUNT", "JE"), column("OPEN_AMOUNT", "QF"),
        ],
    } });
    technician.must("publishImportProfile", profile, "importProfile { version }");
    let vendor = file(
        &centre,
        "vendor.csv",
        "YHBH,BH,NY,SL,JE,QF\n10002,W-10002,202601,3,9.30,9.30\n",
    );
    let said = centre.command(&["import", "with", "sfxt", &vendor]);
    assert!(said.contains("通过 1"), "{said}");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn r91_both_sides_are_reconciled_to_nothing_and_every_difference_is_listed() {
    let mut centre = Centre::equipped().await;
    let mut manager = theirs(&mut centre);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let list = |open: &str| {
        format!(
            "{HEADING}10001,W-10001,2026-02,10,31.00,2026-03-15,SF001,{open},\n\
             10002,W-10002,2026-02,10,31.00,2026-03-15,SF002,31.00,\n"
        )
    };
    let bills = file(&centre, "bills.csv", &list("31.00"));
    centre.command(&["import", "bills", &bills]);
    Centre::until(|| Some(bill(&mut manager, "10002-202602")).filter(|it| !it.is_null()));
    let said = centre.command(&["import", "reconcile", &bills]);
    assert!(
        said.contains("差异 0 项，应收差额 0.00 元，欠费差额 0.00 元"),
        "{said}"
    );

    let payment = json!({
        "campusId": CAMPUS, "method": "CASH", "amount": "3100", "accountNos": ["10001"],
    });
    cashier.must("recordPayment", payment, "payment { paymentId }");
    let planted = file(
        &centre,
        "planted.csv",
        &format!(
            "{}10009,W-10009,2026-02,1,3.10,,SF009,3.10,\n",
            list("31.00")
        )
        .replace(
            "10002,W-10002,2026-02,10,31.00",
            "10002,W-10002,2026-02,10,31.01",
        ),
    );
    centre.command_fails(&["import", "reconcile", &planted]);
    let query =
        "{ billReconciliations { nodes { reconciliationId fileName finished agreed differing
        difference openDifference differences { nodes { kind accountNo month here there } } } } }";
    let found = Centre::until(|| {
        let shown = manager.query(query, &Value::Null)["billReconciliations"]["nodes"][0].take();
        (shown["finished"] == true && shown["fileName"] == "planted.csv").then_some(shown)
    });
    assert_eq!(
        found["differences"]["nodes"],
        json!([
            { "kind": "OPEN_THERE", "accountNo": "10001", "month": "2026-02",
              "here": "3100", "there": "3100" },
            { "kind": "AMOUNT", "accountNo": "10002", "month": "2026-02",
              "here": "3100", "there": "3101" },
            { "kind": "MISSING_HERE", "accountNo": "10009", "month": "2026-02",
              "here": null, "there": "310" },
        ])
    );
    assert_eq!(
        (&found["difference"], &found["differing"]),
        (&json!("-311"), &json!(3))
    );
    let id = found["reconciliationId"].as_str().unwrap();
    let (_, csv) = manager.download(&format!("/export/reconciliations/{id}.csv"));
    assert_eq!(
        rows(&csv),
        [
            "10001,2026-02,本系统已收、收费系统未销,31.00,31.00,31.00,0.00",
            "10002,2026-02,金额不符,31.01,31.00,31.00,31.00",
            "10009,2026-02,收费系统有、本系统无,3.10,,3.10,",
        ]
    );
    assert_eq!(
        cashier
            .get(&format!("/export/reconciliations/{id}.csv"))
            .status,
        403
    );
    // They book it: nothing is left, and nothing is missing on their side.
    let booked = file(&centre, "booked.csv", &list("0.00"));
    let said = centre.command(&["import", "reconcile", &booked]);
    assert!(said.contains("欠费差额 0.00 元"), "{said}");
    let less = file(
        &centre,
        "less.csv",
        &format!("{HEADING}10002,W-10002,2026-02,10,31.00,2026-03-15,SF002,31.00,\n"),
    );
    let said = centre.command_fails(&["import", "reconcile", &less]);
    assert!(said.contains("1 项差异"), "{said}");
}

#[tokio::test]
async fn r91_readings_are_exported_once_and_fetched_again_to_the_byte() {
    let mut centre = Centre::equipped().await;
    let mut manager = theirs(&mut centre);
    let out = centre.data_dir().join("readings.csv");
    let path = out.to_str().unwrap();
    let said = centre.command(&["export", "readings", "--month", "2026-02", "--out", path]);
    assert!(said.contains("RE000001：2 条读数"), "{said}");
    let first = std::fs::read(&out).unwrap();
    let shown: Vec<String> = rows(&first)
        .iter()
        .map(|row| row.split(',').take(10).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(
        shown,
        [
            "10001,W-10001,2026-02,2026-02-01,100,110,10,m³,实抄,抄表",
            "10002,W-10002,2026-02,2026-02-01,100,110,10,m³,实抄,抄表",
        ]
    );
    let said = centre.command_fails(&["export", "readings", "--month", "2026-02"]);
    assert!(said.contains("没有可导出的新抄表数据"), "{said}");
    let (answer, again) = manager.download("/export/readings/RE000001.csv");
    assert_eq!(again, first);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (_, xlsx) = manager.download("/export/readings/RE000001.xlsx");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(manager.download("/export/readings/RE000001.xlsx").1, xlsx);

    // What comes later for the month is in a batch of its own.
    read(&mut manager, "W-10001", "118", "2026-02-20T02:00:00Z", 30);
    let create = json!({ "month": "2026-02" });
    let created = Centre::until(|| {
        let fields = "batch { batchId rowCount }";
        let created = manager.mutate("createReadingExport", create.clone(), fields);
        Some(created).filter(|it| !it["batch"].is_null())
    });
    assert_eq!(
        created["batch"],
        json!({ "batchId": "RE000002", "rowCount": 1 })
    );
    let (_, second) = manager.download("/export/readings/RE000002.csv");
    assert!(
        rows(&second)[0].starts_with("10001,W-10001,2026-02,2026-02-20,110,118,8,"),
        "{second:?}"
    );
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    assert_eq!(cashier.get("/export/readings/RE000001.csv").status, 403);
    assert_eq!(manager.get("/export/readings/RE000099.csv").status, 404);
}
