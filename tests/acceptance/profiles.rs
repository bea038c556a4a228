//! Vendors' files by their profiles, and months from before, by the command line.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::Centre;
use crate::support::client::Client;
use serde_json::{Value, json};

fn file(centre: &Centre, name: &str, bytes: &[u8]) -> String {
    let path = centre.data_dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A handheld's table with number, index, time and whether it was read.
fn dbf(records: &[[&str; 4]]) -> Vec<u8> {
    const FIELDS: [(&str, u8); 4] = [("BH", 12), ("FLA", 12), ("CBSJ", 20), ("CBZT", 1)];
    let mut file = vec![0x30, 26, 11, 27];
    file.extend(u32::try_from(records.len()).unwrap().to_le_bytes());
    file.extend((32_u16 + 32 * 4 + 1).to_le_bytes());
    file.extend(46_u16.to_le_bytes());
    file.resize(32, 0);
    for (name, length) in FIELDS {
        let mut description = [0_u8; 32];
        description[..name.len()].copy_from_slice(name.as_bytes());
        (description[11], description[16]) = (b'C', length);
        file.extend(description);
    }
    file.push(0x0d);
    for record in records {
        file.push(b' ');
        for (cell, (_, length)) in record.iter().zip(FIELDS) {
            file.extend(format!("{cell:<width$}", width = usize::from(length)).bytes());
        }
    }
    file
}

fn publish(technician: &mut Client) {
    let column = |field: &str, name: &str| json!({ "field": field, "place": { "name": name } });
    let profile = json!({ "profileId": "pda", "layout": {
        "name": "红外掌机", "kind": "HANDHELD_READINGS", "format": "DBF", "encoding": "GB18030",
        "columns": [column("METER_NO", "BH"), column("INDEX", "FLA"), column("READ_AT", "CBSJ")],
        "skipRows": [{ "place": { "name": "CBZT" }, "values": ["0", "2"] }],
    } });
    let fields = "importProfile { version columns { field name } }";
    let published = technician.must("publishImportProfile", profile, fields);
    assert_eq!(published["importProfile"]["columns"][1]["name"], "FLA");
}

#[tokio::test]
async fn r36_a_handhelds_file_comes_in_by_its_profile_and_the_same_file_twice_changes_nothing() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut technician = centre.staff("tech", &["TECHNICIAN"]);
    for account in ["10001", "10002"] {
        Centre::household(&mut admin, account, "王芳");
    }
    publish(&mut technician);
    let table = dbf(&[
        ["W-10001", "112", "2026-07-01 08:30:00", "1"],
        ["W-10002", "", "", "0"],
        ["W-99999", "7", "2026-07-01 08:31:00", "1"],
    ]);
    let path = file(&centre, "JK.dbf", &table);
    let dry = centre.command_fails(&["import", "with", "pda", &path, "--dry-run"]);
    assert!(dry.contains('1'), "{dry}");
    assert_eq!(centre.events_of("meter.reading_submitted").await, 0);
    centre.command_fails(&["import", "with", "pda", &path]);
    assert_eq!(centre.events_of("meter.reading_submitted").await, 1);
    let list = "{ importBatches { nodes { kind fileName rowCount accepted refused } } }";
    let batch = Centre::until(|| {
        let batches = technician.query(list, &Value::Null);
        let batch = batches["importBatches"]["nodes"].get(0).cloned()?;
        (batch["refused"] == 1).then_some(batch)
    });
    assert_eq!(
        batch,
        json!({ "kind": "HANDHELD_READINGS", "fileName": "JK.dbf", "rowCount": 2,
                "accepted": 1, "refused": 1 })
    );
    centre.command_fails(&["import", "with", "pda", &path]);
    assert_eq!(centre.events_of("meter.reading_submitted").await, 1);

    let cut = file(&centre, "cut.dbf", &table[..table.len() - 10]);
    let said = centre.command_fails(&["import", "with", "pda", &cut]);
    assert!(said.contains("文件不完整"), "{said}");
    let unknown = centre.command_fails(&["import", "with", "nobody", &path]);
    assert!(unknown.contains("没有这个导入方案"), "{unknown}");
}

#[tokio::test]
async fn r88_history_is_shown_never_billed_and_taken_back() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut finance = centre.staff("books", &["FINANCE"]);
    let meter_no = Centre::household(&mut admin, "10001", "王芳");
    let text = format!("表号,月份,用水量\n{meter_no},2026-01,12.5\n{meter_no},2026年2月,8\n");
    let path = file(&centre, "history.csv", text.as_bytes());
    centre.command(&["import", "history", &path]);
    centre.command(&["import", "history", &path]);
    assert_eq!(centre.events_of("historic_usage.recorded").await, 2);
    let months = "query($no: String!) { migratedUsage(meterNo: $no) { month usage batchId } }";
    let shown = Centre::until(|| {
        let shown = admin.query(months, &json!({ "no": meter_no }))["migratedUsage"].take();
        (shown.as_array().unwrap().len() == 2).then_some(shown)
    });
    assert_eq!(
        (&shown[0]["month"], &shown[0]["usage"]),
        (&json!("2026-01"), &json!("12.5"))
    );
    // It is there to be compared with, and nothing to be charged.
    let report = "{ usageReport(group: METER, from: \"2026-01\", to: \"2026-02\") {
        nodes { key usage } } }";
    let report = admin.query(report, &Value::Null)["usageReport"]["nodes"].take();
    assert_eq!(report, json!([{ "key": meter_no, "usage": "20.5" }]));
    for month in ["2026-01", "2026-02"] {
        finance.must("runBilling", json!({ "month": month }), "run { billed }");
    }
    assert_eq!(centre.events_of("account.charged").await, 0);

    let batch = shown[0]["batchId"].as_str().unwrap().to_owned();
    centre.command(&["import", "undo", &batch]);
    assert_eq!(centre.events_of("historic_usage.withdrawn").await, 2);
    Centre::until(|| {
        let left = admin.query(months, &json!({ "no": meter_no }));
        (left["migratedUsage"] == json!([])).then_some(())
    });
    // Put right, the file may come again.
    centre.command(&["import", "history", &path]);
    assert_eq!(centre.events_of("historic_usage.recorded").await, 4);
}
