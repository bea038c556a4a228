use cqrs_es::DomainEvent;

use super::*;
use crate::desk::Desk;
use crate::meter::{
    Channel, DeviceSpec, Evidence, InstallDevice, Meter, RegisterMeter, SubmitReading,
};
use crate::units::{Commodity, FileHash, ImportBatchId, Multiplier, ReadingId};

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

fn undo(batch_id: &ImportBatchId, reason: &str) -> RequestImportUndo {
    RequestImportUndo {
        batch_id: batch_id.clone(),
        reason: reason.to_owned(),
    }
}

/// A water meter with three readings in a row, by id.
fn meter(desk: &mut Desk, meter_no: &str) -> Vec<ReadingId> {
    let register = RegisterMeter {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        building: "紫荆 3 号楼".to_owned(),
        room: "305".to_owned(),
        book: "B12".parse().unwrap(),
        walk_order: 7,
        self_read: false,
    };
    desk.on("2026-05-01").run(&register).unwrap();
    let install = InstallDevice {
        meter_no: meter_no.parse().unwrap(),
        device: DeviceSpec {
            hardware_no: format!("H-{meter_no}").parse().unwrap(),
            digits: Some(5),
            decimals: 0,
            multiplier: Multiplier::ONE,
            max_per_hour: None,
            opening_index: "100".parse().unwrap(),
            photo: None,
        },
        installed_at: None,
    };
    desk.run(&install).unwrap();
    let read = |(day, index): (&str, &str)| {
        let submit = SubmitReading {
            meter_no: meter_no.parse().unwrap(),
            index: index.parse().unwrap(),
            read_at: None,
            channel: Channel::Handheld,
            photo: None,
            round: None,
            note: None,
            evidence: Evidence::default(),
        };
        desk.on(day).run(&submit).unwrap().outcome.reading_id
    };
    [
        ("2026-06-01", "110"),
        ("2026-07-01", "120"),
        ("2026-08-01", "130"),
    ]
    .map(read)
    .to_vec()
}

#[test]
fn r19_a_file_of_readings_is_taken_back_by_two_people_step_by_step() {
    let mut desk = Desk::new("2026-05-01");
    let readings = meter(&mut desk, "W-1");
    desk.on("2026-08-03");
    let batch = desk.run(&start()).unwrap().outcome;
    let id = &batch.batch_id;
    desk.by("chen");
    assert_eq!(
        desk.refused(&undo(id, "拿错了文件")),
        "IMPORT_BATCH_NOT_FINISHED"
    );
    desk.run(&step(&batch, 0, 6)).unwrap();
    assert_eq!(desk.refused(&undo(id, " ")), "VALUE_EMPTY");
    let approve = ApproveImportUndo {
        batch_id: id.clone(),
    };
    assert_eq!(desk.refused(&approve), "IMPORT_BATCH_NO_UNDO_REQUESTED");
    desk.run(&undo(id, "拿错了文件")).unwrap();
    assert_eq!(
        desk.refused(&approve),
        "IMPORT_BATCH_UNDO_NEEDS_ANOTHER_PERSON"
    );

    let imported = |reading_id: &ReadingId| ImportedReading {
        meter_no: "W-1".parse().unwrap(),
        reading_id: reading_id.clone(),
        accounts: Vec::new(),
    };
    let first = WithdrawImported {
        batch_id: id.clone(),
        after: 0,
        readings: vec![imported(&readings[2]), imported(&"R-9".parse().unwrap())],
        last: false,
    };
    assert_eq!(
        desk.refused(&first),
        "IMPORT_BATCH_MOVED_ON",
        "nobody agreed yet"
    );
    desk.by("wang").run(&approve).unwrap();
    assert_eq!(
        desk.refused(&undo(id, "再来")),
        "IMPORT_BATCH_UNDO_UNDER_WAY"
    );
    assert_eq!(desk.refused(&start()), "IMPORT_BATCH_UNDO_UNDER_WAY");
    let done = desk.run(&first).unwrap();
    assert_eq!(
        done.event_types(),
        ["meter.reading_withdrawn", "import_batch.undo_advanced"]
    );
    let step = &done.events[1].payload;
    assert_eq!(step["kept"][0]["code"], "METER_READING_NOT_FOUND");
    // A repeat after a crash finds that it was done.
    assert_eq!(desk.refused(&first), "IMPORT_BATCH_MOVED_ON");
    let last = WithdrawImported {
        after: 2,
        readings: vec![imported(&readings[0])],
        last: true,
        ..first
    };
    let done = desk.run(&last).unwrap();
    assert_eq!(done.events[2].payload["withdrawn"], 2);
    assert_eq!(done.events[2].payload["kept"], 1);
    let left: Meter = desk.state("W-1");
    let left: Vec<String> = left
        .accepted()
        .iter()
        .map(|left| left.usage.to_string())
        .collect();
    assert_eq!(left, ["20"], "from the opening");
    // The file, put right or not, may come again.
    assert_eq!(desk.run(&start()).unwrap().outcome.run.run, 2);
}

#[test]
fn r19_other_files_are_not_undone_this_way() {
    let mut desk = Desk::new("2026-08-03");
    let meters = StartImport {
        kind: ImportKind::Meters,
        ..start()
    };
    let batch = desk.run(&meters).unwrap().outcome;
    desk.run(&step(&batch, 0, 6)).unwrap();
    assert_eq!(
        desk.refused(&undo(&batch.batch_id, "错")),
        "IMPORT_BATCH_NOT_READINGS"
    );
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
        ImportBatchEvent::UndoRequested {
            reason: "拿错了文件".to_owned(),
            requested_by: "staff:chen".parse().unwrap(),
        },
        ImportBatchEvent::UndoApproved {
            approved_by: "staff:wang".parse().unwrap(),
        },
        ImportBatchEvent::UndoAdvanced(UndoAdvanced {
            through: 3,
            withdrawn: 2,
            kept: vec![KeptReading {
                meter_no: "W-1".parse().unwrap(),
                reading_id: "R1".parse().unwrap(),
                code: "METER_READING_BILLED".to_owned(),
            }],
        }),
        ImportBatchEvent::UndoFinished {
            withdrawn: 2,
            kept: 1,
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
