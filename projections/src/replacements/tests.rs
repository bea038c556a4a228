use chaobiao_domain::meter::{DeviceInstalled, DeviceRemoved, MeterEvent, RemovalReason};
use chaobiao_domain::units::business_date;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at, meters};
use crate::paging::Page;

fn removed(hardware_no: &str, time: &str, reason: RemovalReason) -> MeterEvent {
    MeterEvent::DeviceRemoved(DeviceRemoved {
        hardware_no: hardware_no.parse().unwrap(),
        closing_index: "140.50".parse().unwrap(),
        removed_at: at(time),
        removed_on: business_date(at(time)),
        reason,
        usage: "5".parse().unwrap(),
        cumulative: "40".parse().unwrap(),
        photo: None,
    })
}

/// Installed with a multiplier of 20.
fn installed_large(hardware_no: &str, time: &str) -> MeterEvent {
    let MeterEvent::DeviceInstalled(device) = meters::installed(hardware_no, "0", time) else {
        unreachable!()
    };
    MeterEvent::DeviceInstalled(DeviceInstalled {
        multiplier: "20".parse().unwrap(),
        ..device
    })
}

async fn numbers(database: &TestDatabase, filter: ReplacementFilter) -> Vec<String> {
    let slice = query::list(&database.pool(), &filter, &Page::first(10)).await;
    let rows = slice.unwrap().rows.into_iter();
    rows.map(|(_, row)| row.installed_hardware_no.to_string())
        .collect()
}

#[tokio::test]
async fn a_replacement_shows_both_devices_and_is_found_by_reason_and_multiplier() {
    let mut log = Log::default();
    let (m1, m2) = (("meter", "M1"), ("meter", "M2"));
    let (first, second, third) = ("2026-01-01 09:00", "2026-03-01 09:00", "2026-04-01 09:00");
    log.record(m1, first, &meters::registered("M1", "B1", 1))
        .record(m1, first, &meters::installed("H1", "100", first))
        .record(m2, first, &meters::registered("M2", "B1", 2))
        .record(m2, first, &meters::installed("H2", "100", first))
        .record(m1, second, &removed("H1", second, RemovalReason::Fault))
        .record(m1, second, &meters::installed("H3", "37", second))
        .record(
            m2,
            third,
            &removed("H2", third, RemovalReason::CapacityChange),
        )
        .record(m2, third, &installed_large("H4", third));
    let database = TestDatabase::create().await;
    log.project_both_ways(&ReplacementsProjector, &database.pool())
        .await;

    let of_m1 = ReplacementFilter {
        meter_no: Some("M1".parse().unwrap()),
        ..ReplacementFilter::default()
    };
    let slice = query::list(&database.pool(), &of_m1, &Page::first(10)).await;
    let (_, row) = slice.unwrap().rows.pop().unwrap();
    assert_eq!(row.removed_hardware_no.as_str(), "H1");
    assert_eq!(row.closing_index.to_string(), "140.50");
    assert_eq!(row.opening_index.to_string(), "37");
    assert_eq!(
        (row.replaced_at, row.replaced_by.as_str()),
        (at(second), "staff:li")
    );

    assert_eq!(
        numbers(&database, ReplacementFilter::default()).await,
        ["H4", "H3"]
    );
    let fault = ReplacementFilter {
        reason: Some(RemovalReason::Fault),
        ..ReplacementFilter::default()
    };
    assert_eq!(numbers(&database, fault).await, ["H3"]);
    let ratio = ReplacementFilter {
        multiplier_changed: true,
        ..ReplacementFilter::default()
    };
    assert_eq!(numbers(&database, ratio).await, ["H4"]);
    let until = ReplacementFilter {
        to: Some(at(third)),
        ..ReplacementFilter::default()
    };
    assert_eq!(numbers(&database, until).await, ["H3"]);
    let other = ReplacementFilter {
        campus: Some("S".parse().unwrap()),
        ..ReplacementFilter::default()
    };
    assert_eq!(numbers(&database, other).await, [""; 0]);
}
