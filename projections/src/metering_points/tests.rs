use chaobiao_domain::metering_point::{
    CheckedFact, ClassMethodEvent, ClassMethodSet, LocationMarked, MeteringPointEvent, Mismatch,
    MismatchReported, MismatchResolved, ReadingMethod, ReadingMethodSet,
};
use chaobiao_domain::units::{Commodity, MeterNo, PhotoHash};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, at};
use crate::paging::Page;

const TIME: &str = "2026-06-01 09:00";

fn no() -> MeterNo {
    "M1".parse().unwrap()
}

fn marked(place: &str) -> MeteringPointEvent {
    MeteringPointEvent::LocationMarked(LocationMarked {
        position: None,
        place: place.to_owned(),
        photo: None,
        marked_at: at(TIME),
        marked_by: "staff:li".parse().unwrap(),
    })
}

fn amiss(id: &str) -> MeteringPointEvent {
    MeteringPointEvent::MismatchReported(MismatchReported {
        verification_id: id.parse().unwrap(),
        mismatches: vec![Mismatch {
            fact: CheckedFact::Multiplier,
            expected: Some("30".to_owned()),
            found: "40".to_owned(),
        }],
        facts: vec![CheckedFact::Room],
        note: None,
        photo: PhotoHash::try_new("a".repeat(64)).unwrap(),
        reported_at: at(TIME),
        reported_by: "staff:li".parse().unwrap(),
    })
}

#[tokio::test]
async fn marks_checks_and_methods_are_kept_with_their_history() {
    let mut log = Log::default();
    let point = ("metering_point", "M1");
    let method = |method, from: &str| {
        MeteringPointEvent::ReadingMethodSet(ReadingMethodSet {
            method,
            from: from.parse().unwrap(),
        })
    };
    let resolved = MeteringPointEvent::MismatchResolved(MismatchResolved {
        verification_id: "V1".parse().unwrap(),
        resolution: "倍率改为 40".to_owned(),
        resolved_by: "staff:ma".parse().unwrap(),
    });
    let class = ClassMethodEvent::Set(ClassMethodSet {
        class: "unit".to_owned(),
        commodity: Commodity::Water,
        method: ReadingMethod::Remote,
        from: "2026-01-01".parse().unwrap(),
    });
    log.record(point, TIME, &marked("楼梯下"))
        .record(point, TIME, &marked("管井"))
        .record(point, TIME, &amiss("V1"))
        .record(point, TIME, &amiss("V2"))
        .record(point, TIME, &resolved)
        .record(point, TIME, &method(ReadingMethod::Field, "2026-01-01"))
        .record(point, TIME, &method(ReadingMethod::Remote, "2026-07-01"))
        .record(("class_method", "unit/water"), TIME, &class);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&MeteringPointsProjector, &pool).await;

    let places = query::locations(&pool, &no(), &Page::first(10)).await;
    let places: Vec<String> = places
        .unwrap()
        .rows
        .into_iter()
        .map(|(_, row)| row.place)
        .collect();
    assert_eq!(places, ["管井", "楼梯下"]);
    let listed = async |open| {
        let filter = CheckFilter {
            meter_no: Some(no()),
            open,
        };
        let slice = query::checks(&pool, &filter, &Page::first(10)).await;
        let rows = slice.unwrap().rows.into_iter();
        rows.map(|(_, row)| (row.verification_id.to_string(), row.resolution))
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(true).await, [("V2".to_owned(), None)]);
    assert_eq!(listed(false).await[1].1.as_deref(), Some("倍率改为 40"));
    let on = async |day: &str| {
        let day = day.parse().unwrap();
        query::method_on(&pool, &no(), day).await.unwrap()
    };
    assert_eq!(on("2026-06-30").await, Some(ReadingMethod::Field));
    assert_eq!(on("2026-07-01").await, Some(ReadingMethod::Remote));
    assert_eq!(on("2025-12-31").await, None);
    assert_eq!(query::methods(&pool, &no()).await.unwrap().len(), 2);
    assert_eq!(query::class_methods(&pool).await.unwrap().len(), 1);
}
