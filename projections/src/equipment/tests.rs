use chaobiao_domain::equipment::{
    CertificateNo, CycleClass, CycleSet, EquipmentItemEvent, EquipmentKind, EquipmentModelEvent,
    ItemRegistered, ItemRetired, ItemVerified, ModelRegistered, VerificationCycleEvent,
};
use chaobiao_domain::units::Commodity;
use chaobiao_testing::TestDatabase;
use serde_json::json;

use super::*;
use crate::fixture::{Log, meters};
use crate::meter_card::MeterCardProjector;
use crate::paging::Page;

const TIME: &str = "2026-01-01 09:00";

fn model(log: &mut Log, model_id: &str, calibre: u16) {
    let spec = json!({
        "kind": "water_meter", "maker": "某厂", "name": model_id, "calibre_mm": calibre,
        "certificates": { "cmc_no": "沪制 1" }, "interfaces": [], "protocols": [],
        "state_grid_infrared": false, "data_export": false, "vendor_sdk": false,
    });
    let registered = EquipmentModelEvent::Registered(Box::new(ModelRegistered {
        model_id: model_id.parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        shortfalls: Vec::new(),
    }));
    log.record(("equipment_model", model_id), TIME, &registered);
}

fn meter(log: &mut Log, meter_no: &str, model_id: &str, installed: &str) {
    let (point, hardware_no) = (("meter", meter_no), format!("H{meter_no}"));
    let registered = EquipmentItemEvent::Registered(ItemRegistered {
        equipment_no: hardware_no.parse().unwrap(),
        model_id: model_id.parse().unwrap(),
        kind: EquipmentKind::WaterMeter,
        campus: "N".parse().unwrap(),
        keeper: None,
        acquired_on: "2019-12-01".parse().unwrap(),
    });
    log.record(point, TIME, &meters::registered(meter_no, "B1", 1))
        .record(
            point,
            TIME,
            &meters::installed(&hardware_no, "0", installed),
        )
        .record(("equipment_item", &hardware_no), TIME, &registered);
}

fn verified(log: &mut Log, meter_no: &str, on: &str, passed: bool) {
    let verified = EquipmentItemEvent::Verified(ItemVerified {
        on: on.parse().unwrap(),
        certificate_no: CertificateNo::try_new("检字 7").unwrap(),
        passed,
    });
    let item = format!("H{meter_no}");
    log.record(("equipment_item", &item), TIME, &verified);
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one register, looked at from every side"
)]
async fn r43_meters_are_due_by_calibre_verification_and_age() {
    let mut log = Log::default();
    model(&mut log, "DN20", 20);
    model(&mut log, "DN100", 100);
    for (meter_no, model_id, installed) in [
        ("M1", "DN20", "2020-03-01 09:00"),
        ("M2", "DN20", "2021-03-01 09:00"),
        ("M3", "DN100", "2023-03-01 09:00"),
        ("M4", "DN100", "2023-03-01 09:00"),
        ("M5", "DN100", "2025-03-01 09:00"),
        ("M6", "DN20", "2010-03-01 09:00"),
    ] {
        meter(&mut log, meter_no, model_id, installed);
    }
    verified(&mut log, "M4", "2025-06-01", true);
    verified(&mut log, "M5", "2025-12-01", false);
    let retired = EquipmentItemEvent::Retired(ItemRetired {
        reason: "破损".to_owned(),
    });
    log.record(("equipment_item", "HM6"), TIME, &retired);
    let class = |calibre_mm_max, verify_months, rotate_months| CycleClass {
        calibre_mm_max,
        verify_months,
        rotate_months,
    };
    let cycle = |from: &str, classes| {
        VerificationCycleEvent::Set(CycleSet {
            commodity: Commodity::Water,
            from: from.parse().unwrap(),
            classes,
            reason: "JJG 162".to_owned(),
        })
    };
    let small_and_large = vec![class(Some(25), None, Some(72)), class(None, Some(24), None)];
    let stricter = vec![class(None, Some(1), None)];
    let stream = ("verification_cycle", "water");
    log.record(stream, TIME, &cycle("2026-01-01", small_and_large))
        .record(stream, TIME, &cycle("2030-01-01", stricter));
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&EquipmentProjector, &pool).await;
    log.project(&MeterCardProjector, &pool, 100).await;

    let on = async |by: &str, calibre_mm: Option<i32>| {
        let filter = DueFilter {
            by: by.parse().unwrap(),
            campus: None,
            commodity: Some(Commodity::Water),
            calibre_mm,
        };
        let slice = due(&pool, &filter, &Page::first(10)).await.unwrap();
        let rows = slice.rows.into_iter();
        rows.map(|(_, row)| format!("{} {}", row.meter_no, row.due_on))
            .collect::<Vec<String>>()
    };
    // M1 hangs six years; M3 was never verified; M5 failed.
    assert_eq!(
        on("2026-03-01", None).await,
        ["M3 2025-03-01", "M5 2025-12-01", "M1 2026-03-01"]
    );
    assert_eq!(on("2026-02-28", Some(20)).await, [""; 0]);
    assert_eq!(
        on("2027-06-01", Some(100)).await.last().unwrap(),
        "M4 2027-06-01"
    );
    assert_eq!(
        on("2025-12-31", None).await,
        [""; 0],
        "before any cycle was set"
    );
    assert_eq!(on("2030-01-01", None).await.len(), 5);

    let models = query::models(&pool, None, &Page::first(10)).await.unwrap();
    assert_eq!(models.rows.len(), 2);
    let filter = ItemFilter {
        model_id: Some("DN20".parse().unwrap()),
        ..ItemFilter::default()
    };
    let items = query::items(&pool, &filter, &Page::first(10))
        .await
        .unwrap();
    let retired: Vec<bool> = items.rows.iter().map(|(_, row)| row.retired).collect();
    assert_eq!(retired, [false, false, true]);
    assert_eq!(query::cycles(&pool).await.unwrap().len(), 3);
}
