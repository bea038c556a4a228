use super::*;

/// Held at 300 on 2026-03-01, after 131 on 2026-02-01.
fn with_held() -> (Desk, ReadingId) {
    let mut desk = water();
    read(&mut desk, "2026-02-01", "131");
    let held = read(&mut desk, "2026-03-01", "300").outcome;
    assert_eq!(held.status, ReadingStatus::Held);
    (desk, held.reading_id)
}

#[test]
fn a_held_reading_blocks_nothing_and_takes_its_place_when_accepted() {
    let (mut desk, id) = with_held();
    let later = read(&mut desk, "2026-08-01", "310").outcome;
    assert_eq!(later.status, ReadingStatus::Accepted);
    assert_eq!(
        history(&mut desk),
        rows(&[("131", "31", "31"), ("310", "179", "210")])
    );

    let accepted = desk.by("wang").run(&accept(&id)).unwrap();
    assert_eq!(accepted.event_types(), ["meter.reading_accepted"]);
    assert_eq!(accepted.outcome.usage, Some(quantity("169")));
    let payload = &accepted.events[0].payload;
    assert_eq!(payload["review"]["reviewed_by"], "staff:wang");
    assert_eq!(payload["reapportioned"]["usage"], "10");
    assert_eq!(payload["findings"][0]["rule"], "V7");
    assert_eq!(
        history(&mut desk),
        rows(&[
            ("131", "31", "31"),
            ("300", "169", "200"),
            ("310", "10", "210")
        ])
    );
}

#[test]
fn a_rejected_reading_leaves_no_usage_and_frees_its_moment() {
    let (mut desk, id) = with_held();
    let reject = RejectReading {
        meter_no: meter_no(),
        reading_id: id.clone(),
        reason: "照片与读数不符".to_owned(),
    };
    let rejected = desk.run(&reject).unwrap();
    assert_eq!(rejected.outcome.status, ReadingStatus::Rejected);
    assert_eq!(desk.refused(&reject), "METER_READING_NOT_HELD");
    assert_eq!(
        desk.by("wang").refused(&accept(&id)),
        "METER_READING_NOT_HELD"
    );
    let again = read(&mut desk, "2026-03-01", "150").outcome;
    assert_eq!(again.status, ReadingStatus::Accepted);
    assert_eq!(
        history(&mut desk),
        rows(&[("131", "31", "31"), ("150", "19", "50")])
    );
}

#[test]
fn nobody_reviews_what_they_read_themselves() {
    let (mut desk, id) = with_held();
    assert_eq!(
        desk.by("li").refused(&accept(&id)),
        "METER_REVIEW_NEEDS_ANOTHER_PERSON"
    );
    let mut endless = accept(&id);
    endless.note = Some("长".repeat(201));
    assert_eq!(desk.by("wang").refused(&endless), "VALUE_TOO_LONG");
    let unknown = accept(&"R404".parse().unwrap());
    assert_eq!(desk.refused(&unknown), "METER_READING_NOT_FOUND");
}

#[test]
fn an_index_that_went_back_counts_only_as_a_rollover_seen_by_the_reviewer() {
    let mut spec = device("H1", "99990");
    spec.max_per_hour = None;
    let mut desk = installed(crate::units::Commodity::Water, spec, "2026-01-01");
    let id = read(&mut desk, "2026-02-01", "15").outcome.reading_id;
    desk.by("wang");
    assert_eq!(desk.refused(&accept(&id)), "METER_READING_WENT_BACKWARDS");
    let mut seen = accept(&id);
    seen.rollover = true;
    assert_eq!(desk.run(&seen).unwrap().outcome.usage, Some(quantity("25")));
}

#[test]
fn a_register_of_unknown_length_never_rolls_over() {
    let mut spec = device("H1", "500");
    spec.digits = None;
    let mut desk = installed(crate::units::Commodity::Water, spec, "2026-01-01");
    let id = read(&mut desk, "2026-02-01", "490").outcome.reading_id;
    let mut seen = accept(&id);
    seen.rollover = true;
    assert_eq!(
        desk.by("wang").refused(&seen),
        "METER_READING_WENT_BACKWARDS"
    );
}

#[test]
fn a_held_reading_that_contradicts_a_later_one_cannot_be_accepted() {
    let (mut desk, id) = with_held();
    read(&mut desk, "2026-03-15", "160");
    assert_eq!(
        desk.by("wang").refused(&accept(&id)),
        "METER_READING_CONTRADICTS_LATER"
    );
}

#[test]
fn a_held_reading_of_an_old_device_still_finds_its_place() {
    let (mut desk, id) = with_held();
    let swap = ReplaceDevice {
        meter_no: meter_no(),
        closing_index: index("320"),
        closing_photo: None,
        reason: RemovalReason::Fault,
        device: device("H2", "0"),
        replaced_at: None,
    };
    desk.on("2026-04-01").run(&swap).unwrap();
    read(&mut desk, "2026-08-01", "5");
    desk.by("wang").run(&accept(&id)).unwrap();
    assert_eq!(
        history(&mut desk),
        rows(&[
            ("131", "31", "31"),
            ("300", "169", "200"),
            ("5", "25", "225")
        ])
    );
}
