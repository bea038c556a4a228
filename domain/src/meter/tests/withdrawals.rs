//! Readings taken back: what was read around them counts as if they had never come in.

use super::*;
use crate::import_batch::{ImportedReading, WithdrawImported};
use crate::meter::command::{MeterCommand, WithdrawReading};
use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

/// The meter's part of taking back a file.
#[derive(Serialize, Deserialize)]
struct Withdraw(ReadingId);

impl Process for Withdraw {
    const NAME: &'static str = "test.withdraw";
    type Outcome = ();

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = WithdrawReading {
            reading_id: self.0.clone(),
            batch: None,
            reason: "文件拿错".to_owned(),
            requested_by: context.actor.clone(),
            approved_by: context.actor.clone(),
        };
        workspace.execute::<Meter>(METER, MeterCommand::WithdrawReading(command))
    }
}

#[test]
fn r19_the_reading_after_a_withdrawn_one_counts_from_the_one_before() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "130");
    let wrong = read(&mut desk, "2026-03-01", "145").outcome.reading_id;
    read(&mut desk, "2026-04-01", "160");
    let withdrawn = desk.run(&Withdraw(wrong.clone())).unwrap();
    assert_eq!(withdrawn.event_types(), ["meter.reading_withdrawn"]);
    assert_eq!(
        history(&mut desk),
        rows(&[("130", "30", "30"), ("160", "30", "60")])
    );
    assert_eq!(desk.refused(&Withdraw(wrong)), "METER_READING_NOT_STANDING");
    // What was taken back may come again.
    let again = SubmitReading {
        read_at: Some(at("2026-03-01 09:00")),
        ..reading("145")
    };
    let judged = desk.run(&again).unwrap().outcome;
    assert_eq!(
        (judged.status, judged.duplicate),
        (ReadingStatus::Accepted, false)
    );
    assert_eq!(
        history(&mut desk),
        rows(&[
            ("130", "30", "30"),
            ("145", "15", "45"),
            ("160", "15", "60")
        ])
    );
}

#[test]
fn r19_the_last_reading_and_one_that_was_held_go_without_a_trace_in_the_figures() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "130");
    let last = read(&mut desk, "2026-03-01", "150").outcome.reading_id;
    let held = read(&mut desk, "2026-03-02", "140").outcome;
    assert_eq!(held.status, ReadingStatus::Held);
    for id in [last, held.reading_id] {
        desk.run(&Withdraw(id)).unwrap();
    }
    assert_eq!(history(&mut desk), rows(&[("130", "30", "30")]));
    let next = read(&mut desk, "2026-03-05", "152").outcome;
    assert_eq!(next.usage, Some(quantity("22")));
}

#[test]
fn r19_what_shows_a_rollover_or_was_corrected_or_bears_an_estimate_stays() {
    let mut desk = installed(
        crate::units::Commodity::Water,
        device("H1", "99990"),
        "2026-01-01",
    );
    let full = read(&mut desk, "2026-02-01", "99999").outcome.reading_id;
    let over = read(&mut desk, "2026-03-01", "8").outcome;
    desk.by("wang");
    let vouched = AcceptHeldReading {
        rollover: true,
        ..accept(&over.reading_id)
    };
    if over.status == ReadingStatus::Held {
        desk.run(&vouched).unwrap();
    }
    // Without it the register still runs from 99990 over to 8: nothing rests on it alone.
    desk.run(&Withdraw(full)).unwrap();
    let request = RequestCorrection {
        meter_no: meter_no(),
        reading_id: over.reading_id.clone(),
        index: index("9"),
        reason: "看错".to_owned(),
    };
    let asked = desk.by("chen").run(&request).unwrap().outcome;
    let approve = ApproveCorrection {
        meter_no: meter_no(),
        correction_id: asked.correction_id,
    };
    desk.by("wang").run(&approve).unwrap();
    assert_eq!(
        desk.refused(&Withdraw(over.reading_id)),
        "METER_READING_WAS_CORRECTED"
    );
    let bad = WithdrawImported {
        batch_id: "handheld_readings-1".parse().unwrap(),
        after: 0,
        readings: vec![ImportedReading {
            meter_no: meter_no(),
            reading_id: "R0".parse().unwrap(),
            accounts: Vec::new(),
        }],
        last: true,
    };
    assert_eq!(desk.refused(&bad), "IMPORT_BATCH_MOVED_ON");
}
