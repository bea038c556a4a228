use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::units::Fen;

fn create(after: u32) -> CreateExportBatch {
    CreateExportBatch {
        basis: ExportBasis::BillMonth,
        month: "2026-07".parse().unwrap(),
        counted: CountedRows {
            through_leaf: 41,
            row_count: 3,
            total: Fen::new(15242),
            after,
        },
    }
}

#[test]
fn batches_are_numbered_through_and_never_counted_over_the_same_rows() {
    let mut desk = Desk::new("2026-08-01");
    assert_eq!(
        desk.run(&create(0)).unwrap().outcome.to_string(),
        "PE000001"
    );
    assert_eq!(desk.refused(&create(0)), "PAYMENT_EXPORT_COUNTED_BEFORE");
    assert_eq!(desk.refused(&create(2)), "PAYMENT_EXPORT_COUNTED_BEFORE");
    assert_eq!(desk.run(&create(1)).unwrap().outcome, ExportBatchId::new(2));
    let mut empty = create(2);
    empty.counted.row_count = 0;
    assert_eq!(desk.refused(&empty), "PAYMENT_EXPORT_NOTHING_NEW");
}

#[test]
fn a_batch_number_survives_its_text_form_and_refuses_others() {
    for number in [1, 999_999, 1_000_000] {
        let batch = ExportBatchId::new(number);
        assert_eq!(batch.to_string().parse(), Ok(batch));
    }
    for text in ["", "PE", "PE1", "PE-00001", "XX000001", "PE00000١"] {
        assert!(text.parse::<ExportBatchId>().is_err(), "{text}");
    }
}

#[test]
fn every_event_keeps_its_golden_json() {
    let event = PaymentExportEvent::BatchCreated(ExportBatchCreated {
        batch_id: ExportBatchId::new(1),
        basis: ExportBasis::BillMonth,
        month: "2026-07".parse().unwrap(),
        through_leaf: 41,
        row_count: 3,
        total: Fen::new(15242),
    });
    insta::assert_json_snapshot!(event.event_type(), event);
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(
        serde_json::from_str::<PaymentExportEvent>(&json).unwrap(),
        event
    );
}
