use chaobiao_domain::meter::MeterEvent;
use chaobiao_domain::meter_tree::{
    LossBounds, LossLimitsEvent, LossLimitsSet, LossVerdict, SubMeterEvent, SubMeterLinked,
    SubMeterRole, SubMeterUnlinked,
};
use chaobiao_domain::units::{Commodity, MeterNo};
use chaobiao_testing::TestDatabase;
use chrono::NaiveDate;

use super::*;
use crate::fixture::{Log, meters};
use crate::meter_card::MeterCardProjector;
use crate::usage_history::UsageHistoryProjector;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn no(text: &str) -> MeterNo {
    text.parse().unwrap()
}

fn linked(meter_no: &str, parent_no: &str, role: SubMeterRole, from: &str) -> SubMeterEvent {
    SubMeterEvent::Linked(SubMeterLinked {
        meter_no: no(meter_no),
        parent_no: no(parent_no),
        role,
        from: day(from),
    })
}

/// A meter read on the first of September, at nought, and on the last.
fn read(log: &mut Log, meter_no: &str, usage: &str) {
    let meter = ("meter", meter_no);
    let (first, last) = ("2026-09-01 08:00", "2026-09-30 08:00");
    log.record(meter, first, &meters::registered(meter_no, "B1", 1))
        .record(
            meter,
            first,
            &meters::installed(&format!("H{meter_no}"), "0", first),
        );
    for (time, usage) in [(first, "0"), (last, usage)] {
        let id = format!("{meter_no}-{}", &time[..10]);
        let accepted = meters::accepted(&id, usage, time, (usage, usage));
        log.record(meter, time, &MeterEvent::ReadingAccepted(accepted));
    }
}

async fn losses(database: &TestDatabase, from: &str, to: &str) -> Vec<MeterLoss> {
    let filter = LossFilter {
        from: day(from),
        to: day(to),
        master_no: None,
        campus: None,
        commodity: None,
    };
    let mut connection = database.pool().acquire().await.unwrap();
    loss::losses(&mut connection, &filter).await.unwrap()
}

async fn projected(log: &Log) -> TestDatabase {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&MeterTreeProjector, &pool).await;
    log.project(&MeterCardProjector, &pool, 100).await;
    log.project(&UsageHistoryProjector, &pool, 100).await;
    database
}

fn building() -> Log {
    let mut log = Log::default();
    for (meter_no, usage) in [("M", "3980"), ("A", "2000.40"), ("B", "1812"), ("C", "96")] {
        read(&mut log, meter_no, usage);
    }
    let time = "2026-09-01 09:00";
    for (meter_no, role) in [
        ("A", SubMeterRole::Sub),
        ("B", SubMeterRole::Deducted),
        ("C", SubMeterRole::Common),
    ] {
        let linked = linked(meter_no, "M", role, "2026-09-01");
        log.record(("sub_meter", meter_no), time, &linked);
    }
    log
}

#[tokio::test]
async fn e6_a_buildings_loss_is_what_neither_rooms_nor_corridors_counted() {
    let database = projected(&building()).await;
    let found = losses(&database, "2026-09-01", "2026-10-01").await;
    assert_eq!(found.len(), 1);
    let loss = &found[0];
    assert_eq!(loss.figures.subs, "3812.40".parse().unwrap());
    assert_eq!(loss.loss.quantity, "71.60".parse().unwrap());
    assert_eq!(loss.loss.percent, Some("1.80".parse().unwrap()));
    assert_eq!((loss.loss.verdict, loss.unread()), (LossVerdict::Within, 0));
    // Nobody was read in October.
    let found = losses(&database, "2026-10-01", "2026-11-01").await;
    assert_eq!((found[0].unread(), found[0].loss.percent), (4, None));
    assert!(
        losses(&database, "2026-08-01", "2026-09-01")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_meter_counts_for_the_part_it_was_there_and_limits_from_their_day() {
    let mut log = building();
    let time = "2026-10-01 09:00";
    let accepted = meters::accepted("A-mid", "900", "2026-09-15 08:00", ("900", "900"));
    log.record(("meter", "A"), time, &MeterEvent::ReadingAccepted(accepted));
    let gone = SubMeterEvent::Unlinked(SubMeterUnlinked {
        meter_no: no("A"),
        parent_no: no("M"),
        to: day("2026-09-16"),
        reason: Some("改接".to_owned()),
    });
    let back = linked("A", "M", SubMeterRole::Sub, "2026-09-30");
    log.record(("sub_meter", "A"), time, &gone)
        .record(("sub_meter", "A"), time, &back);
    let set = LossLimitsEvent::BoundsSet(LossLimitsSet {
        commodity: Commodity::Water,
        from: day("2026-09-01"),
        bounds: LossBounds {
            low: "-1".parse().unwrap(),
            high: "40".parse().unwrap(),
        },
        reason: "老旧管网".to_owned(),
    });
    log.record(("loss_limits", "water"), time, &set);
    let database = projected(&log).await;
    let found = losses(&database, "2026-09-01", "2026-10-01").await;
    let usages: Vec<(String, String)> = found[0]
        .subs
        .iter()
        .map(|sub| (sub.meter_no.to_string(), sub.usage.to_string()))
        .collect();
    let wanted = [("A", "900"), ("A", "0"), ("B", "1812"), ("C", "96")];
    assert_eq!(
        usages,
        wanted.map(|(meter_no, usage)| (meter_no.to_owned(), usage.to_owned()))
    );
    // 3 980 − 900 − 1 812 − 96 = 1 172, or 29.45 %.
    assert_eq!(found[0].loss.percent, Some("29.45".parse().unwrap()));
    assert_eq!(found[0].loss.verdict, LossVerdict::Within);

    let pool = database.pool();
    let tree = query::below(&pool, &no("M"), day("2026-09-20"), 100).await;
    let numbers: Vec<(String, i32)> = tree
        .unwrap()
        .iter()
        .map(|node| (node.meter_no.to_string(), node.depth))
        .collect();
    let wanted = [("M", 0), ("B", 1), ("C", 1)];
    assert_eq!(
        numbers,
        wanted.map(|(number, depth)| (number.to_owned(), depth))
    );
    let above = query::above(&pool, &no("A")).await.unwrap();
    assert_eq!(above.len(), 2);
    assert_eq!(above[1].to, Some(day("2026-09-16")));
    assert_eq!(query::limits(&pool).await.unwrap().len(), 1);
}
