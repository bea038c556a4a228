use chaobiao_domain::meter_label::{
    LabelGenerated, LabelPrinted, LabelReplaced, LabelReplacement, LabelScanFailed,
    LabelScanVerified, LabelSize, LabelTemplateEvent, MeterLabelEvent, ScanCondition,
};
use chaobiao_testing::TestDatabase;

use super::*;
use crate::fixture::{Log, meters};
use crate::meter_card::MeterCardProjector;
use crate::paging::Page;

const TIME: &str = "2026-06-01 09:00";

fn printed(serial: u32, batch: &str) -> MeterLabelEvent {
    MeterLabelEvent::Printed(LabelPrinted {
        serial,
        batch: batch.parse().unwrap(),
        size: LabelSize::USUAL,
    })
}

#[tokio::test]
async fn labels_are_listed_by_what_is_to_be_done_and_batches_come_back_in_the_order_of_the_walk() {
    let mut log = Log::default();
    let (serial, condition) = (1, ScanCondition::Fresh);
    for (meter_no, walk) in [("M1", 4), ("M2", 3), ("M3", 2), ("M4", 1)] {
        let registered = meters::registered(meter_no, "B1", walk);
        log.record(("meter", meter_no), TIME, &registered);
    }
    for meter_no in ["M1", "M2", "M3"] {
        let generated = MeterLabelEvent::Generated(LabelGenerated {
            meter_no: meter_no.parse().unwrap(),
            serial,
        });
        let label = ("meter_label", meter_no);
        log.record(label, TIME, &generated)
            .record(label, TIME, &printed(1, "LB1"));
    }
    let good = MeterLabelEvent::ScanVerified(LabelScanVerified { serial, condition });
    let failed = MeterLabelEvent::ScanFailed(LabelScanFailed { serial, condition });
    let replaced = MeterLabelEvent::Replaced(LabelReplaced {
        serial: 2,
        reason: LabelReplacement::Damaged,
        note: None,
    });
    let template = LabelTemplateEvent::Defined {
        template_id: "large".parse().unwrap(),
        size: LabelSize::USUAL,
    };
    log.record(("meter_label", "M1"), TIME, &good)
        .record(("meter_label", "M2"), TIME, &failed)
        .record(("meter_label", "M3"), TIME, &good)
        .record(("meter_label", "M3"), TIME, &replaced)
        .record(("label_template", "large"), TIME, &template);
    let database = TestDatabase::create().await;
    let pool = database.pool();
    log.project_both_ways(&MeterLabelsProjector, &pool).await;
    log.project(&MeterCardProjector, &pool, 100).await;

    let listed = async |state| {
        let filter = LabelFilter {
            state,
            ..LabelFilter::default()
        };
        let slice = query::list(&pool, &filter, &Page::first(10)).await.unwrap();
        let rows = slice.rows.into_iter();
        rows.map(|(_, row)| row.meter_no.to_string())
            .collect::<Vec<String>>()
    };
    assert_eq!(listed(None).await, ["M4", "M3", "M2", "M1"]);
    assert_eq!(listed(Some(LabelState::ToPrint)).await, ["M4", "M3"]);
    assert_eq!(listed(Some(LabelState::Unreadable)).await, ["M2"]);
    assert_eq!(listed(Some(LabelState::Good)).await, ["M1"]);
    assert_eq!(listed(Some(LabelState::ToScan)).await, [""; 0]);
    let batch = query::batch(&pool, &"LB1".parse().unwrap()).await.unwrap();
    let batch = batch.unwrap();
    let numbers: Vec<&str> = batch
        .labels
        .iter()
        .map(|label| label.meter_no.as_str())
        .collect();
    assert_eq!(numbers, ["M3", "M2", "M1"]);
    assert_eq!(batch.size, LabelSize::USUAL);
    let absent = query::batch(&pool, &"LB2".parse().unwrap()).await.unwrap();
    assert_eq!(absent, None);
    let scans = query::scans(&pool, &"M3".parse().unwrap()).await.unwrap();
    assert_eq!((scans.len(), scans[0].readable), (1, true));
    assert_eq!(query::templates(&pool).await.unwrap().len(), 1);
}
