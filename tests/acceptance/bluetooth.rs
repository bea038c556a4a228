//! A companion app beside a simulated water meter: what the meter answers becomes a reading.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::centre::{CAMPUS, Centre};
use chaobiao_devices::cjt188::{Address, Di, Request, Target, Wire};
use chaobiao_devices::simulator::{Faults, Model, SimulatedMeter};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

const ADDRESS: &str = "78330011223344";
const VERDICT: &str = "status findings { rule } reading { readingId index usage channel quality
    rawFrame device photo }";

/// Asks the meter for its dial, as the app does, and gives what it answered.
fn ask(meter: &mut SimulatedMeter) -> String {
    let target = Target {
        meter_type: 0x10,
        address: Address::ANY,
        di_order: chaobiao_devices::cjt188::DiOrder::default(),
    };
    let request = Request::Read {
        di: Di(0x901F),
        seq: 1,
    };
    let asked = request.encode(&target, Wire::STANDARD).unwrap();
    let replies = meter.hear(&asked, Utc::now().naive_utc());
    let bytes = replies.iter().flat_map(|reply| &reply.bytes);
    hex::encode(bytes.copied().collect::<Vec<u8>>())
}

fn simulated(total: [u8; 4]) -> SimulatedMeter {
    let model = Model::Cjt188(0x10, ADDRESS.parse().unwrap());
    let mut meter = SimulatedMeter::new(model, Faults::default(), 7);
    meter.set(0x901F, total.to_vec());
    meter
}

#[tokio::test]
async fn r20_r70_a_water_meter_is_read_by_bluetooth_and_its_answer_is_kept() {
    let mut centre = Centre::equipped().await;
    let mut admin = centre.staff("setup", &["ADMIN"]);
    let mut reader = centre.staff("li", &["READER"]);
    let opened = Utc::now() - TimeDelta::days(60);
    for (meter_no, hardware_no) in [("M1", "11223344"), ("M2", "11223355")] {
        let meter = json!({
            "meterNo": meter_no, "commodity": "WATER", "campusId": CAMPUS,
            "building": "紫荆 3 号楼", "room": "305", "book": "B1", "selfRead": true,
        });
        admin.must("registerMeter", meter, "meter { meterNo }");
        let device = json!({
            "meterNo": meter_no, "hardwareNo": hardware_no, "digits": 6, "decimals": 2,
            "maxPerHour": "5", "openingIndex": "100", "installedAt": opened,
        });
        admin.must("installDevice", device, "meter { meterNo }");
    }
    // 112.50 m³.
    let frame = ask(&mut simulated([0x50, 0x12, 0x01, 0x00]));
    let upload = |meter_no: &str, frame: &str| {
        json!({
            "meterNo": meter_no, "frame": frame, "device": "手机 7",
        })
    };
    let read = reader.must("uploadBluetoothReading", upload("M1", &frame), VERDICT);
    assert_eq!(read["status"], "ACCEPTED");
    let kept = &read["reading"];
    for (name, value) in [
        ("index", "112.50"),
        ("usage", "12.5"),
        ("channel", "BLUETOOTH"),
        ("quality", "ACTUAL"),
        ("rawFrame", frame.as_str()),
        ("device", "手机 7"),
    ] {
        assert_eq!(kept[name], value, "{name}");
    }
    assert_eq!(kept["photo"], Value::Null);

    // Another meter's answer, a damaged one, none at all; and no index without a frame.
    let refused = |code: &str, field: &str| (code.to_owned(), format!("input.{field}"));
    assert_eq!(
        reader.refused("uploadBluetoothReading", upload("M2", &frame)),
        refused("METER_FRAME_OF_ANOTHER_METER", "frame")
    );
    let damaged = frame.replacen("5012", "5112", 1);
    assert_eq!(
        reader.refused("uploadBluetoothReading", upload("M1", &damaged)),
        refused("METER_FRAME_UNREADABLE", "frame")
    );
    assert_eq!(
        reader.refused("uploadBluetoothReading", upload("M1", "6810zz")),
        refused("VALUE_BAD_FORMAT", "frame")
    );
    let typed = json!({ "meterNo": "M1", "channel": "BLUETOOTH", "index": "120" });
    assert_eq!(
        reader.refused("submitReading", typed),
        refused("METER_CHANNEL_NOT_ALLOWED", "channel")
    );
    // It is judged like any other: what went back is held.
    let back = ask(&mut simulated([0x00, 0x05, 0x01, 0x00]));
    let held = reader.must("uploadBluetoothReading", upload("M1", &back), VERDICT);
    assert_eq!(held["status"], "HELD");
}
