use chaobiao_domain::meter::{DeviceRemoved, MeterEvent, RemovalReason};
use chaobiao_domain::meter_mapping::{MeterMappingEvent, NumberKind, NumberLinked, NumberUnlinked};
use chaobiao_domain::units::business_date;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at, meters};
use crate::paging::Page;

fn linked(meter_no: &str, number: &str, from: &str) -> MeterMappingEvent {
    MeterMappingEvent::Linked(NumberLinked {
        kind: NumberKind::Handheld,
        number: number.parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        from: from.parse().unwrap(),
    })
}

fn unlinked(meter_no: &str, number: &str, to: &str) -> MeterMappingEvent {
    MeterMappingEvent::Unlinked(NumberUnlinked {
        kind: NumberKind::Handheld,
        number: number.parse().unwrap(),
        meter_no: meter_no.parse().unwrap(),
        to: to.parse().unwrap(),
        reason: "重新建档".to_owned(),
    })
}

fn removed(hardware_no: &str, time: &str) -> MeterEvent {
    MeterEvent::DeviceRemoved(DeviceRemoved {
        hardware_no: hardware_no.parse().unwrap(),
        closing_index: "140.50".parse().unwrap(),
        removed_at: at(time),
        removed_on: business_date(at(time)),
        reason: RemovalReason::Rotation,
        usage: "5".parse().unwrap(),
        cumulative: "40".parse().unwrap(),
        photo: None,
    })
}

#[tokio::test]
async fn numbers_of_devices_and_of_other_systems_are_kept_with_their_dates() {
    let mut log = Log::default();
    let (meter, number) = (("meter", "M1"), ("meter_mapping", "handheld/7001"));
    let (first, second) = ("2026-01-01 09:00", "2026-03-01 09:00");
    log.record(meter, first, &meters::registered("M1", "B1", 1))
        .record(meter, first, &meters::installed("H1", "100", first))
        .record(number, first, &linked("M1", "7001", "2026-01-01"))
        .record(meter, second, &removed("H1", second))
        .record(meter, second, &meters::installed("H2", "0", second))
        .record(number, second, &unlinked("M1", "7001", "2026-02-01"))
        .record(number, second, &linked("M2", "7001", "2026-02-01"));
    let database = TestDatabase::create().await;
    log.project_both_ways(&MeterMappingsProjector, &database.pool())
        .await;
    let found = async |filter: MappingFilter| {
        let slice = query::list(&database.pool(), &filter, &Page::first(10)).await;
        let rows = slice.unwrap().rows.into_iter();
        rows.map(|(_, row)| {
            let to = row.to.map_or_else(String::new, |to| to.to_string());
            format!(
                "{} {} {} {}–{to}",
                row.meter_no,
                row.kind.as_str(),
                row.number,
                row.from
            )
        })
        .collect::<Vec<String>>()
    };
    let of_m1 = MappingFilter {
        meter_no: Some("M1".parse().unwrap()),
        ..MappingFilter::default()
    };
    assert_eq!(
        found(of_m1.clone()).await,
        [
            "M1 handheld 7001 2026-01-01–2026-02-01",
            "M1 hardware H1 2026-01-01–2026-03-01",
            "M1 hardware H2 2026-03-01–",
        ]
    );
    let then = MappingFilter {
        on: Some("2026-01-31".parse().unwrap()),
        ..of_m1
    };
    assert_eq!(found(then).await.len(), 2);
    let number = MappingFilter {
        number: Some("７001".to_owned()),
        on: Some("2026-02-01".parse().unwrap()),
        ..MappingFilter::default()
    };
    assert_eq!(found(number).await, ["M2 handheld 7001 2026-02-01–"]);
}
