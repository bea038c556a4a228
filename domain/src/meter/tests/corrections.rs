use super::*;
use crate::units::CorrectionId;

fn request(id: &ReadingId, text: &str) -> RequestCorrection {
    RequestCorrection {
        meter_no: meter_no(),
        reading_id: id.clone(),
        index: index(text),
        reason: "看错一位".to_owned(),
    }
}

pub(super) fn approval(id: &CorrectionId) -> ApproveCorrection {
    ApproveCorrection {
        meter_no: meter_no(),
        correction_id: id.clone(),
    }
}

pub(super) fn asked(desk: &mut Desk, id: &ReadingId, text: &str) -> ApproveCorrection {
    approval(
        &desk
            .by("chen")
            .run(&request(id, text))
            .unwrap()
            .outcome
            .correction_id,
    )
}

#[test]
fn r4_a_correction_takes_three_different_hands() {
    let mut desk = water();
    let id = read(&mut desk, "2026-02-01", "131").outcome.reading_id;
    let approve = asked(&mut desk, &id, "121");
    for person in ["chen", "li"] {
        assert_eq!(
            desk.by(person).refused(&approve),
            "METER_CORRECTION_NEEDS_ANOTHER_PERSON"
        );
    }
    let done = desk.by("wang").run(&approve).unwrap();
    assert_eq!(done.event_types(), ["meter.reading_corrected"]);
    let payload = &done.events[0].payload;
    assert_eq!(
        (payload["old_index"].as_str(), payload["new_index"].as_str()),
        (Some("131"), Some("121"))
    );
    assert_eq!(payload["cumulative_shift"], "-10");
    assert_eq!(history(&mut desk), rows(&[("121", "21", "21")]));
    assert_eq!(
        state(&mut desk).accepted_reading(&id).unwrap().quality,
        Quality::Edited
    );
    assert_eq!(desk.refused(&approve), "METER_CORRECTION_NOT_FOUND");
}

#[test]
fn a_correction_moves_usage_to_the_next_reading_and_keeps_later_totals() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let id = read(&mut desk, "2026-03-01", "160").outcome.reading_id;
    read(&mut desk, "2026-04-01", "190");
    let approve = asked(&mut desk, &id, "150");
    let done = desk.by("wang").run(&approve).unwrap();
    assert_eq!(done.events[0].payload["later_shift"], "0");
    assert_eq!(done.events[0].payload["reapportioned"]["usage"], "40");
    assert_eq!(
        history(&mut desk),
        rows(&[
            ("131", "31", "31"),
            ("150", "19", "50"),
            ("190", "40", "90")
        ])
    );
}

#[test]
fn a_correction_that_undoes_a_rollover_shifts_what_came_later() {
    let mut spec = device("H1", "40");
    spec.digits = Some(2);
    let mut desk = installed(crate::units::Commodity::Water, spec, "2026-01-01");
    // 42 was read as 24: taken for a rollover, which a two-digit dial makes possible.
    let id = read(&mut desk, "2026-02-01", "24").outcome.reading_id;
    let later = read(&mut desk, "2026-03-01", "43").outcome.reading_id;
    assert_eq!(
        history(&mut desk),
        rows(&[("24", "84", "84"), ("43", "19", "103")])
    );
    let approve = asked(&mut desk, &id, "42");
    let done = desk.by("wang").run(&approve).unwrap();
    assert_eq!(done.events[0].payload["later_shift"], "-100");
    assert_eq!(
        history(&mut desk),
        rows(&[("42", "2", "2"), ("43", "1", "3")])
    );
    // What follows builds on the shifted total.
    assert_eq!(
        state(&mut desk)
            .accepted_reading(&later)
            .unwrap()
            .cumulative,
        quantity("3")
    );
    assert_eq!(
        read(&mut desk, "2026-04-01", "45").outcome.cumulative,
        Some(quantity("5"))
    );
}

#[test]
fn a_correction_must_fit_between_its_neighbours() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let id = read(&mut desk, "2026-03-01", "150").outcome.reading_id;
    read(&mut desk, "2026-04-01", "170");
    desk.by("chen");
    for (text, code) in [
        ("130", "METER_CORRECTION_INCONSISTENT"),
        ("171", "METER_CORRECTION_INCONSISTENT"),
        ("150.0", "METER_CORRECTION_CHANGES_NOTHING"),
        ("150.001", "METER_INDEX_TOO_PRECISE"),
        ("100000", "METER_INDEX_OUT_OF_RANGE"),
    ] {
        assert_eq!(desk.refused(&request(&id, text)), code, "{text}");
    }
    let unknown = request(&"R404".parse().unwrap(), "1");
    assert_eq!(desk.refused(&unknown), "METER_READING_NOT_FOUND");
}

#[test]
fn only_what_counts_can_be_corrected() {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let held = read(&mut desk, "2026-03-01", "900").outcome.reading_id;
    assert_eq!(
        desk.by("chen").refused(&request(&held, "150")),
        "METER_READING_NOT_ACCEPTED"
    );
}

#[test]
fn one_approval_settles_all_requests_about_a_reading() {
    let mut desk = water();
    let id = read(&mut desk, "2026-02-01", "131").outcome.reading_id;
    let first = asked(&mut desk, &id, "121");
    let second = asked(&mut desk, &id, "122");
    desk.by("wang").run(&second).unwrap();
    assert_eq!(desk.refused(&first), "METER_CORRECTION_NOT_FOUND");
    assert_eq!(history(&mut desk), rows(&[("122", "22", "22")]));
}

#[test]
fn the_last_reading_before_a_swap_is_bounded_by_the_closing_index() {
    let mut desk = water();
    let id = read(&mut desk, "2026-02-01", "131").outcome.reading_id;
    let swap = ReplaceDevice {
        meter_no: meter_no(),
        closing_index: index("140"),
        closing_photo: None,
        reason: RemovalReason::Rotation,
        device: device("H2", "0"),
        replaced_at: None,
    };
    desk.on("2026-02-10").run(&swap).unwrap();
    read(&mut desk, "2026-03-01", "4");
    assert_eq!(
        desk.by("chen").refused(&request(&id, "141")),
        "METER_CORRECTION_INCONSISTENT"
    );
    let approve = asked(&mut desk, &id, "139");
    desk.by("wang").run(&approve).unwrap();
    assert_eq!(
        history(&mut desk),
        rows(&[("139", "39", "39"), ("4", "5", "44")])
    );
}
