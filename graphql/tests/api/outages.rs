//! V10 beside the notices of outages, through GraphQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_domain::meter::{DeviceSpec, InstallDevice, RegisterMeter};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::{Commodity, Multiplier};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Browser, Centre, start};

async fn meter(centre: &Centre, meter_no: &str, building: &str) {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        building: building.to_owned(),
        room: "201".to_owned(),
        book: "B1".parse().unwrap(),
        walk_order: 1,
        self_read: false,
    };
    centre.run(register).await;
    let device = DeviceSpec {
        hardware_no: format!("H-{meter_no}").parse().unwrap(),
        digits: Some(5),
        decimals: 2,
        multiplier: Multiplier::ONE,
        max_per_hour: None,
        opening_index: "100".parse().unwrap(),
        photo: None,
    };
    let install = InstallDevice {
        meter_no: meter_no.parse().unwrap(),
        device,
        installed_at: None,
    };
    centre.run(install).await;
}

/// A month later the dial shows what it showed.
async fn unmoved(centre: &Centre, reader: &Browser, meter_no: &str) -> Value {
    let input = json!({ "meterNo": meter_no, "index": "100", "channel": "HANDHELD" });
    let fields = "status findings { rule severity message recomputed inputs { name value } }";
    let verdict = centre.must(reader, "submitReading", input, fields).await;
    assert_eq!(verdict["status"], "ACCEPTED", "{verdict}");
    verdict["findings"].clone()
}

#[tokio::test]
async fn v10_nothing_used_in_an_announced_outage_is_no_zero_usage_account() {
    let centre = Centre::open().await;
    centre.campus("N").await;
    let manager = centre.staff("ma", &[Role::Manager]).await;
    for (meter_no, building) in [
        ("M1", "北苑 3 栋"),
        ("M2", "北苑 4 栋"),
        ("M3", "北苑 5 栋"),
    ] {
        meter(&centre, meter_no, building).await;
    }
    let day = |days: i64| (start() + TimeDelta::days(days)).to_rfc3339();
    for (building, from, to) in [("北苑 3 栋", 1, 28), ("北苑 5 栋", 1, 5)] {
        let notice = json!({
            "commodities": ["WATER"], "campusId": "N", "building": building,
            "from": day(from), "to": day(to), "reason": "管网改造",
        });
        centre
            .must(&manager, "publishOutage", notice, "outage { outageId }")
            .await;
    }
    centre.wait(TimeDelta::days(30));
    // A login lasts a working day.
    let reader = centre.staff("li", &[Role::Technician]).await;
    assert_eq!(unmoved(&centre, &reader, "M1").await, json!([]));

    let supplied = unmoved(&centre, &reader, "M2").await;
    assert_eq!(
        (&supplied[0]["rule"], &supplied[0]["severity"]),
        (&json!("V10"), &json!("WARN"))
    );
    assert_eq!(supplied[0]["message"], "本期用量为零（零度户）");

    // Four days of thirty explain nothing; what was known of them is kept, and says the same again.
    let partly = unmoved(&centre, &reader, "M3").await;
    assert_eq!(
        (&partly[0]["rule"], &partly[0]["recomputed"]),
        (&json!("V10"), &json!(true))
    );
    assert_eq!(
        partly[0]["message"],
        "本期用量为零（零度户）；本期停供 96 小时，不足以说明"
    );
    let inputs = partly[0]["inputs"].as_array().unwrap();
    let input = |name: &str| {
        let mut found = inputs.iter().filter(|input| input["name"] == name);
        found.next().map(|input| input["value"].clone())
    };
    assert_eq!(input("outage_seconds"), Some(json!("345600")));
    assert_eq!(input("outage_percent_limit"), Some(json!("50")));

    // The second month in a row counts for who had supply, and is the first for who had none.
    centre.wait(TimeDelta::days(31));
    let reader = centre.staff("wu", &[Role::Technician]).await;
    for (meter_no, months) in [("M1", "1"), ("M2", "2")] {
        let again = unmoved(&centre, &reader, meter_no).await;
        let inputs = again[0]["inputs"].as_array().unwrap();
        let told = json!({ "name": "months", "value": months });
        assert!(inputs.contains(&told), "{meter_no}: {again}");
    }
}
