//! 尖峰平谷: the registers of a time-of-use meter beside its total.

use super::corrections::{approval, asked};
use super::*;
use crate::units::RateRegister::{Flat, Peak, Valley};
use crate::units::{Commodity, RateIndexes, RateQuantities};

fn rates(peak: &str, flat: &str, valley: &str) -> RateIndexes {
    [(Peak, peak), (Flat, flat), (Valley, valley)]
        .map(|(register, text)| (register, index(text)))
        .into()
}

fn with_rates(total: &str, rates: RateIndexes) -> SubmitReading {
    let evidence = Evidence {
        rates,
        ..Evidence::default()
    };
    SubmitReading {
        evidence,
        ..reading(total)
    }
}

fn tell(desk: &mut Desk, day: &str, total: &str, rates: RateIndexes) -> ReadingJudged {
    let told = desk.on(day).by("li").run(&with_rates(total, rates));
    told.unwrap().outcome
}

fn power(opening: &str) -> Desk {
    let device = DeviceSpec {
        multiplier: "2".parse().unwrap(),
        max_per_hour: Some(quantity("500")),
        ..device("H1", opening)
    };
    installed(Commodity::Electricity, device, "2026-01-01")
}

/// What a person has to look at.
fn held_by(judged: &ReadingJudged) -> Vec<Rule> {
    let held = judged
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Hold);
    held.map(|finding| finding.rule).collect()
}

/// 峰 平 谷 counted at a reading.
fn counted(desk: &mut Desk, reading: &ReadingId) -> [String; 3] {
    let counted: RateQuantities = desk.state::<Meter>(METER).rates_at(reading).unwrap();
    [Peak, Flat, Valley].map(|register| counted.of(register).to_string())
}

#[test]
fn each_register_counts_by_itself_times_the_multiplier() {
    let mut desk = power("0");
    let first = tell(&mut desk, "2026-02-01", "100", rates("50", "30", "20"));
    assert_eq!(counted(&mut desk, &first.reading_id), ["100", "60", "40"]);
    let second = tell(&mut desk, "2026-03-01", "180", rates("90", "50", "40"));
    assert_eq!(counted(&mut desk, &second.reading_id), ["180", "100", "80"]);
    assert_eq!(counted(&mut desk, &first.reading_id), ["100", "60", "40"]);
}

#[test]
fn a_reading_without_registers_leaves_its_usage_to_be_told_apart_by_the_next() {
    let mut desk = power("0");
    let first = tell(&mut desk, "2026-02-01", "100", rates("50", "30", "20"));
    let without = read(&mut desk, "2026-03-01", "150").outcome;
    assert_eq!(
        counted(&mut desk, &without.reading_id),
        counted(&mut desk, &first.reading_id)
    );
    let third = tell(&mut desk, "2026-04-01", "200", rates("110", "50", "40"));
    assert_eq!(counted(&mut desk, &third.reading_id), ["220", "100", "80"]);
}

#[test]
fn a_device_that_was_not_new_counts_from_its_first_reading_with_registers() {
    let mut desk = power("1000");
    let first = tell(&mut desk, "2026-02-01", "1100", rates("600", "300", "200"));
    assert_eq!(counted(&mut desk, &first.reading_id), ["0", "0", "0"]);
    let second = tell(&mut desk, "2026-03-01", "1180", rates("640", "320", "220"));
    assert_eq!(counted(&mut desk, &second.reading_id), ["80", "40", "40"]);
}

#[test]
fn another_device_goes_on_where_the_first_was_read_last() {
    let mut desk = power("0");
    tell(&mut desk, "2026-02-01", "100", rates("50", "30", "20"));
    let replace = ReplaceDevice {
        meter_no: meter_no(),
        closing_index: index("110"),
        closing_photo: None,
        reason: RemovalReason::Rotation,
        device: device("H2", "0"),
        replaced_at: None,
    };
    desk.on("2026-02-10").by("li").run(&replace).unwrap();
    let after = tell(&mut desk, "2026-03-01", "40", rates("20", "10", "10"));
    // The new device is on ×1. What the old one counted from 100 to 110 nobody told apart.
    assert_eq!(counted(&mut desk, &after.reading_id), ["120", "70", "50"]);
    assert_eq!(history(&mut desk).last().unwrap().2, "260");
}

#[test]
fn v16_v17_registers_that_lack_do_not_add_up_or_went_back_are_held() {
    let mut desk = power("0");
    tell(&mut desk, "2026-02-01", "100", rates("50", "30", "20"));
    let mut lacking = rates("60", "40", "20");
    lacking.remove(&Valley);
    let held = tell(&mut desk, "2026-03-01", "120", lacking);
    assert_eq!(held_by(&held), [Rule::V16]);
    let apart = tell(&mut desk, "2026-03-02", "120", rates("60", "40", "20.04"));
    assert_eq!(held_by(&apart), [Rule::V17]);
    // Last digits may be cut off: 0.03 over three registers.
    let near = tell(&mut desk, "2026-03-03", "120.03", rates("60", "40", "20"));
    assert_eq!(near.status, ReadingStatus::Accepted);
    let back = tell(&mut desk, "2026-04-01", "140", rates("90", "30", "20"));
    assert_eq!(held_by(&back), [Rule::V17]);
    let mut said = back.findings.iter().map(|finding| finding.message.as_str());
    assert!(said.any(|said| said == "平段示数比上次小，需要复核"));
}

#[test]
fn an_index_no_register_can_show_is_refused() {
    let mut desk = power("0");
    let beyond = with_rates("100", rates("50", "30", "100000"));
    assert_eq!(
        desk.on("2026-02-01").by("li").refused(&beyond),
        "METER_INDEX_OUT_OF_RANGE"
    );
}

#[test]
fn r4_a_corrected_reading_says_nothing_of_its_registers_any_more() {
    let mut desk = power("0");
    tell(&mut desk, "2026-02-01", "100", rates("50", "30", "20"));
    let wrong = tell(&mut desk, "2026-03-01", "190", rates("100", "50", "40"));
    assert_eq!(counted(&mut desk, &wrong.reading_id), ["200", "100", "80"]);
    let asked = asked(&mut desk, &wrong.reading_id, "180");
    desk.by("wang")
        .run(&approval(&asked.correction_id))
        .unwrap();
    assert_eq!(counted(&mut desk, &wrong.reading_id), ["100", "60", "40"]);
    // The next reading tells apart all that was used since.
    let next = tell(&mut desk, "2026-04-01", "240", rates("120", "60", "60"));
    assert_eq!(counted(&mut desk, &next.reading_id), ["240", "120", "120"]);
}
