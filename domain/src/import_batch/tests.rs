use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::units::FileHash;

fn start() -> StartImport {
    StartImport {
        kind: ImportKind::HandheldReadings,
        file_name: "掌上机0803.csv".to_owned(),
        file_hash: FileHash::try_new("ab".repeat(32)).unwrap(),
        row_count: 5,
    }
}

fn counts(accepted: u32, refused: u32) -> RowCounts {
    RowCounts {
        accepted,
        refused,
        ..RowCounts::default()
    }
}

fn step(started: &StartedImport, after_row: u32, through_row: u32) -> AdvanceImport {
    let refused = RefusedRow {
        row: through_row,
        subject: Some("W-9".to_owned()),
        code: "METER_NOT_FOUND".to_owned(),
    };
    AdvanceImport {
        batch_id: started.batch_id.clone(),
        after_row,
        step: ImportAdvanced {
            run: started.run.run,
            through_row,
            counts: counts(through_row.saturating_sub(after_row + 1), 1),
            refused: vec![refused],
        },
        last: through_row == 6,
    }
}

#[test]
fn an_interrupted_import_goes_on_where_it_was_and_a_finished_one_begins_anew() {
    let mut desk = Desk::new("2026-08-03");
    let first = desk.run(&start()).unwrap().outcome;
    assert_eq!((first.run.run, first.run.through_row), (1, 0));
    desk.run(&step(&first, 0, 4)).unwrap();

    let resumed = desk.run(&start()).unwrap();
    assert!(resumed.events.is_empty(), "nothing has begun anew");
    assert_eq!(resumed.outcome.batch_id, first.batch_id);
    let run = ImportRun {
        run: 1,
        through_row: 4,
        counts: counts(3, 1),
    };
    assert_eq!(resumed.outcome.run, run);

    let types: Vec<String> = desk
        .run(&step(&first, 4, 6))
        .unwrap()
        .events
        .into_iter()
        .map(|event| event.event_type)
        .collect();
    assert_eq!(types, ["import_batch.advanced", "import_batch.finished"]);
    let again = desk.run(&start()).unwrap().outcome;
    assert_eq!((again.run.run, again.run.through_row), (2, 0));
}

#[test]
fn of_two_imports_of_one_file_only_one_goes_on() {
    let mut desk = Desk::new("2026-08-03");
    let here = desk.run(&start()).unwrap().outcome;
    let there = desk.run(&start()).unwrap().outcome;
    desk.run(&step(&here, 0, 4)).unwrap();
    assert_eq!(desk.refused(&step(&there, 0, 4)), "IMPORT_BATCH_MOVED_ON");
    assert_eq!(desk.refused(&step(&here, 4, 4)), "IMPORT_BATCH_MOVED_ON");
    desk.run(&step(&here, 4, 6)).unwrap();
    assert_eq!(desk.refused(&step(&here, 6, 8)), "IMPORT_BATCH_NOT_RUNNING");
    let empty = StartImport {
        row_count: 0,
        ..start()
    };
    assert_eq!(desk.refused(&empty), "IMPORT_BATCH_NO_ROWS");
}

#[test]
fn the_same_file_as_something_else_is_another_batch() {
    let mut desk = Desk::new("2026-08-03");
    let mut batches = Vec::new();
    for kind in ImportKind::ALL {
        let start = StartImport { kind, ..start() };
        batches.push(desk.run(&start).unwrap().outcome.batch_id);
    }
    batches.sort();
    batches.dedup();
    assert_eq!(batches.len(), ImportKind::ALL.len());
}

#[test]
fn every_event_keeps_its_golden_json() {
    let started = Desk::new("2026-08-03").run(&start()).unwrap().outcome;
    let hash = FileHash::try_new("ab".repeat(32)).unwrap();
    let events = [
        ImportBatchEvent::Started(ImportStarted {
            batch_id: started.batch_id.clone(),
            kind: ImportKind::HandheldReadings,
            file_name: "掌上机0803.csv".to_owned(),
            file_hash: hash,
            run: 1,
            row_count: 5,
        }),
        ImportBatchEvent::Advanced(step(&started, 0, 4).step),
        ImportBatchEvent::Finished {
            run: 1,
            counts: counts(4, 1),
        },
    ];
    for event in events {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<ImportBatchEvent>(&json).unwrap(),
            event
        );
    }
}
