use chaobiao_domain::account::{AccountEvent, MeterAssigned, MeterReleased};
use chaobiao_domain::meter::{DeviceRemoved, MeterEvent, RemovalReason};
use chaobiao_domain::units::{Commodity, Quantity, RateQuantities, business_date};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at, meters};
use crate::paging::Page;

fn assigned(meter_no: &str) -> AccountEvent {
    AccountEvent::MeterAssigned(MeterAssigned {
        rates: RateQuantities::default(),
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Water,
        tariff_id: "W".parse().unwrap(),
        from: "2026-01-01".parse().unwrap(),
        cumulative: Quantity::ZERO,
        reading: None,
    })
}

fn released(meter_no: &str) -> AccountEvent {
    AccountEvent::MeterReleased(MeterReleased {
        meter_no: meter_no.parse().unwrap(),
        on: "2026-06-01".parse().unwrap(),
        cumulative: "90".parse().unwrap(),
    })
}

fn removed(hardware_no: &str, time: &str) -> MeterEvent {
    MeterEvent::DeviceRemoved(DeviceRemoved {
        hardware_no: hardware_no.parse().unwrap(),
        closing_index: "140".parse().unwrap(),
        removed_at: at(time),
        removed_on: business_date(at(time)),
        reason: RemovalReason::Rotation,
        usage: "5".parse().unwrap(),
        cumulative: "40".parse().unwrap(),
        photo: None,
    })
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    log.project_both_ways(&MeterCardProjector, &database.pool())
        .await;
    database
}

fn log() -> Log {
    let mut log = Log::default();
    let (m1, a1, a2) = (("meter", "M1"), ("account", "A1"), ("account", "A2"));
    log.record(m1, "2026-01-01 09:00", &meters::registered("M1", "B1", 2))
        .record(
            m1,
            "2026-01-01 09:00",
            &meters::installed("H1", "100", "2026-01-01 09:00"),
        )
        .record(a1, "2026-01-01 09:00", &assigned("M1"))
        .record(
            ("meter", "M2"),
            "2026-01-01 09:00",
            &meters::registered("M2", "B1", 1),
        );
    for (id, index, time, figures) in [
        ("R1", "130", "2026-02-01 09:00", ("30", "30")),
        ("R3", "150", "2026-04-01 09:00", ("20", "50")),
        // Accepted late, for an earlier day.
        ("R2", "140", "2026-03-01 09:00", ("10", "40")),
    ] {
        let accepted = MeterEvent::ReadingAccepted(meters::accepted(id, index, time, figures));
        log.record(m1, "2026-04-02 09:00", &accepted);
    }
    log.record(a1, "2026-06-01 09:00", &released("M1"));
    log.record(a2, "2026-06-01 09:00", &assigned("M1"));
    log
}

#[tokio::test]
async fn r71_number_hardware_number_and_barcode_find_the_same_card() {
    let database = projected(&log()).await;
    let pool = database.pool();
    let card = query::find(&pool, "M1").await.unwrap().unwrap();
    assert_eq!(
        card.payer.as_ref().map(|payer| payer.account_no.as_str()),
        Some("A2")
    );
    let last = card.last.clone().unwrap();
    assert_eq!(
        (last.reading_id.as_str(), last.index.to_string()),
        ("R3", "150".to_owned())
    );
    assert_eq!(card.cumulative, "50".parse().unwrap());
    assert_eq!(
        card.device
            .as_ref()
            .map(|device| device.hardware_no.as_str()),
        Some("H1")
    );
    for code in ["H1", " Ｍ１ ", "Ｈ１"] {
        assert_eq!(
            query::find(&pool, code).await.unwrap(),
            Some(card.clone()),
            "{code}"
        );
    }
    assert_eq!(query::find(&pool, "H9").await.unwrap(), None);
}

#[tokio::test]
async fn a_replacement_and_a_correction_show_on_the_card() {
    let mut log = log();
    let m1 = ("meter", "M1");
    let corrected = meters::corrected("R3", ("150", "145"), ("5", "45"), "0");
    let earlier = meters::corrected("R1", ("130", "120"), ("20", "20"), "-100");
    log.record(
        m1,
        "2026-06-02 09:00",
        &MeterEvent::ReadingCorrected(corrected),
    )
    .record(
        m1,
        "2026-06-02 09:00",
        &MeterEvent::ReadingCorrected(earlier),
    )
    .record(m1, "2026-06-03 09:00", &removed("H1", "2026-06-03 09:00"))
    .record(
        m1,
        "2026-06-03 09:00",
        &meters::installed("H2", "0", "2026-06-03 09:00"),
    );
    let database = projected(&log).await;
    let pool = database.pool();
    let card = query::find(&pool, "H2").await.unwrap().unwrap();
    assert_eq!(card.last.unwrap().index, "145".parse().unwrap());
    assert_eq!(card.cumulative, "-55".parse().unwrap());
    assert_eq!(query::find(&pool, "H1").await.unwrap(), None);
}

#[tokio::test]
async fn lists_go_by_book_and_walk_and_find_places() {
    let mut log = log();
    for (number, book) in [("M3", "B2"), ("M4", "B1")] {
        log.record(
            ("meter", number),
            "2026-01-02 09:00",
            &meters::registered(number, book, 3),
        );
    }
    let database = projected(&log).await;
    let pool = database.pool();
    let numbers =
        |slice: &crate::paging::Slice<MeterCard, crate::sorting::SortKey>| -> Vec<String> {
            slice
                .rows
                .iter()
                .map(|(_, card)| card.meter_no.to_string())
                .collect()
        };
    let mut page = Page::first(3);
    let first = query::list(&pool, &MeterFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(numbers(&first), ["M2", "M1", "M4"]);
    assert!(first.has_next);
    page.after = first.rows.last().map(|(key, _)| key.clone());
    let second = query::list(&pool, &MeterFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(numbers(&second), ["M3"]);

    for (search, found) in [
        ("紫荆3号楼305", 4),
        ("H1", 1),
        ("M", 4),
        ("南园", 0),
        ("%", 0),
    ] {
        let filter = MeterFilter {
            search: Some(search.to_owned()),
            ..MeterFilter::default()
        };
        let slice = query::list(&pool, &filter, &Page::first(10)).await.unwrap();
        assert_eq!(slice.rows.len(), found, "{search}");
    }
    let filter = MeterFilter {
        campus: Some("S".parse().unwrap()),
        ..MeterFilter::default()
    };
    assert!(
        query::list(&pool, &filter, &Page::first(10))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    let walk = query::in_book(&pool, &"B1".parse().unwrap()).await.unwrap();
    let walk: Vec<&str> = walk.iter().map(|card| card.meter_no.as_str()).collect();
    assert_eq!(walk, ["M2", "M1", "M4"]);
    let paid = query::of_accounts(&pool, &["A1".to_owned(), "A2".to_owned()])
        .await
        .unwrap();
    let paid: Vec<&str> = paid.iter().map(|card| card.meter_no.as_str()).collect();
    assert_eq!(paid, ["M1"]);
}
