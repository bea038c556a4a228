use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;

fn create(row_count: u32, after: u32) -> CreateReadingBatch {
    CreateReadingBatch {
        month: "2026-08".parse().unwrap(),
        campus: None,
        counted: CountedReadings {
            through_leaf: 41,
            row_count,
            after,
        },
    }
}

#[test]
fn r91_batches_of_readings_are_numbered_through_and_never_empty() {
    let mut desk = Desk::new("2026-09-01");
    assert_eq!(desk.refused(&create(0, 0)), "READING_EXPORT_NOTHING_NEW");
    let first = desk.run(&create(2, 0)).unwrap().outcome;
    assert_eq!(first.to_string(), "RE000001");
    assert_eq!(desk.refused(&create(2, 0)), "READING_EXPORT_COUNTED_BEFORE");
    let second = desk.run(&create(1, 1)).unwrap().outcome;
    assert_eq!("RE000002".parse(), Ok(second));
    for bad in ["RE2", "PE000002", "RE00000x", ""] {
        assert!(bad.parse::<ReadingBatchId>().is_err(), "{bad}");
    }
}

#[test]
fn events_keep_their_form() {
    let event = ReadingExportEvent::BatchCreated(ReadingBatchCreated {
        batch_id: ReadingBatchId::new(1),
        month: "2026-08".parse().unwrap(),
        campus: Some("N".parse().unwrap()),
        through_leaf: 41,
        row_count: 2,
    });
    insta::assert_json_snapshot!(event.event_type(), event);
    let json = serde_json::to_string(&event).unwrap();
    let read: ReadingExportEvent = serde_json::from_str(&json).unwrap();
    assert_eq!(read, event);
}
