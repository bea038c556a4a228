use proptest::prelude::*;

use super::*;
use crate::digits::CLASSES;

/// A wheel read as well as most are: a narrow peak.
fn wheel(value: f32) -> WheelReading {
    let probabilities = (0..CLASSES)
        .map(|class| {
            let away = crate::digits::ring_distance(class as f32 / 10.0, value) * 10.0;
            (-0.5 * (away / 0.8).powi(2)).exp()
        })
        .collect::<Vec<f32>>();
    let sum: f32 = probabilities.iter().sum();
    WheelReading::from_probabilities(probabilities.into_iter().map(|p| p / sum).collect())
}

fn blank() -> WheelReading {
    WheelReading::from_probabilities(vec![0.01; CLASSES])
}

fn counter(values: &[f32], red: usize) -> Counter {
    Counter::of_wheels(values.iter().copied().map(wheel).collect(), red)
}

fn expected(index: &str) -> Expected {
    Expected {
        index: TypedIndex::try_new(index).unwrap(),
        shape: None,
        meter: Vec::new(),
    }
}

fn said(index: &str, counter: &Counter) -> (Outcome, Rule) {
    let verdict = compare(&expected(index), counter);
    (verdict.outcome, verdict.rule)
}

const MATCH: (Outcome, Rule) = (Outcome::Match, Rule::Scored);
const MISMATCH: (Outcome, Rule) = (Outcome::Mismatch, Rule::Scored);

#[test]
fn v23_swapped_digits_hold() {
    let counter = counter(&[0.0, 1.0, 2.0, 8.0, 6.4], 0);
    assert_eq!(said("01286", &counter), MATCH);
    assert_eq!(said("1286", &counter), MATCH);
    assert_eq!(said("01268", &counter), MISMATCH);
}

#[test]
fn v23_the_last_wheel_has_half_a_turn_of_tolerance() {
    let between = counter(&[0.0, 1.0, 2.0, 8.0, 6.5], 0);
    assert_eq!(said("1287", &between), (Outcome::Unsure, Rule::HalfTurn));
    assert_eq!(said("1288", &between), MISMATCH);
    // With a wheel behind the point in the middle of its way there is nothing to round.
    let clear = counter(&[0.0, 1.0, 2.0, 8.0, 6.0, 5.0], 1);
    assert_eq!(said("1286", &clear), MATCH);
    assert_eq!(said("1287", &clear), MISMATCH);
}

#[test]
fn v23_a_wheel_follows_its_right_neighbour() {
    // 01299.6: the 2 is on its way to 3 because both nines are.
    let counter = counter(&[0.0, 1.0, 2.6, 9.6, 9.6], 0);
    assert_eq!(said("1299", &counter), MATCH);
    assert_eq!(reading_text(&counter), "01299");
    // Just after: all zeros, and a 3.
    let after = super::tests::counter(&[0.0, 1.0, 3.0, 0.0, 0.3], 0);
    assert_eq!(said("1300", &after), MATCH);
}

#[test]
fn x5_a_wheel_that_cannot_be_read_is_neither_match_nor_mismatch() {
    let mut wheels: Vec<WheelReading> = [0.0, 1.0, 2.0, 8.0].map(wheel).to_vec();
    wheels.insert(2, blank());
    let counter = Counter::of_wheels(wheels, 0);
    for index in ["1028", "1128", "1928", "4444"] {
        assert_eq!(said(index, &counter).0, Outcome::Unsure, "{index}");
    }
}

#[test]
fn x5_red_wheels_are_behind_the_point() {
    let counter = counter(&[0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.5], 3);
    assert_eq!(reading_text(&counter), "00123.456");
    for index in ["123", "123.4", "123.456", "00123", "123.45"] {
        assert_eq!(said(index, &counter), MATCH, "{index}");
    }
    assert_eq!(said("124", &counter), MISMATCH);
    assert_eq!(said("123.5", &counter).0, Outcome::Mismatch);
    // All digits typed as whole ones: a human sees at once what happened.
    assert_eq!(
        said("123456", &counter),
        (Outcome::Unsure, Rule::CounterUnclear)
    );
}

fn shaped(index: &str, counter: &Counter, whole: usize, decimals: usize) -> (Outcome, Rule) {
    let expected = Expected {
        shape: Some(DialShape { whole, decimals }),
        ..expected(index)
    };
    let verdict = compare(&expected, counter);
    (verdict.outcome, verdict.rule)
}

const UNCLEAR: (Outcome, Rule) = (Outcome::Unsure, Rule::CounterUnclear);

#[test]
fn x5_the_last_wheel_may_be_less_sure_than_the_others() {
    // Rather on 6 than on 5, but the tail of the peak is before it.
    let near = counter(&[0.0, 1.0, 2.0, 8.0, 6.0], 0);
    assert!(probability(&near.wheels, &[Some(0), Some(1), Some(2), Some(8), Some(6)]) < SURE);
    assert_eq!(said("01286", &near), MATCH);
    assert_eq!(said("01285", &near).0, Outcome::Unsure);
    // In the very middle it is neither.
    let between = counter(&[0.0, 1.0, 2.0, 8.0, 5.95], 0);
    assert_eq!(said("01286", &between).0, Outcome::Unsure);
    assert_eq!(said("01285", &between).0, Outcome::Unsure);
}

#[test]
fn x5_a_mark_beside_the_counter_is_no_wheel_of_a_meter_that_is_known() {
    let mut wheels: Vec<WheelReading> = [0.0, 1.0, 2.0, 8.0, 6.4].map(wheel).to_vec();
    wheels.push(blank());
    let marked = Counter::of_wheels(wheels, 0);
    assert_eq!(shaped("1286", &marked, 5, 0), MATCH);
    // Never a mismatch: which places are the wheels is a guess.
    assert_eq!(shaped("1268", &marked, 5, 0), UNCLEAR);
    // Six wheels seen as well as each other: any of them may be the one too many.
    let six = counter(&[0.0, 1.0, 2.0, 8.0, 6.0, 4.4], 0);
    assert_eq!(shaped("1286", &six, 5, 0), UNCLEAR);
    assert_eq!(shaped("12864", &six, 5, 0), UNCLEAR);
}

#[test]
fn x5_red_wheels_tell_where_a_missed_one_is() {
    let mut seen = counter(&[0.0, 1.0, 2.0, 8.0, 6.0, 4.0], 1);
    seen.after = vec![wheel(7.4), blank()];
    assert_eq!(shaped("1286.47", &seen, 5, 2), MATCH);
    assert_eq!(shaped("1286.48", &seen, 5, 2), UNCLEAR);
    // What is there is no wheel.
    assert_eq!(shaped("1286.470", &seen, 5, 3), UNCLEAR);
    seen.before = vec![wheel(3.0)];
    assert_eq!(shaped("301286.4", &seen, 6, 1), MATCH);
    assert_eq!(shaped("1286.4", &seen, 6, 1), UNCLEAR);
    // Without a red wheel it may be missing at either end.
    let mut plain = counter(&[1.0, 2.0, 8.0, 6.0], 0);
    plain.after = vec![wheel(7.4)];
    plain.before = vec![wheel(0.0)];
    assert_eq!(shaped("1286", &plain, 5, 0), UNCLEAR);
}

#[test]
fn x5_more_digits_than_wheels_are_left_to_a_human() {
    let counter = counter(&[1.0, 2.0, 3.0, 4.0], 0);
    assert_eq!(
        said("98765", &counter),
        (Outcome::Unsure, Rule::TooManyDigits)
    );
}

fn seen<'a>(
    counter: Option<&'a Counter>,
    codes: &'a [CodeRead],
    faults: &'a [QualityFault],
) -> Seen<'a> {
    Seen {
        counter,
        two_counters: false,
        codes,
        faults,
    }
}

fn code(text: &str) -> CodeRead {
    CodeRead {
        format: "code_128",
        text: text.to_owned(),
    }
}

#[test]
fn x5_the_code_of_another_meter_is_told_before_the_reading() {
    let counter = counter(&[0.0, 1.0, 2.0, 8.0, 6.4], 0);
    let expected = Expected {
        meter: vec!["20261103".to_owned()],
        ..expected("1286")
    };
    let outcome = |codes: &[CodeRead]| judge(&expected, &seen(Some(&counter), codes, &[])).outcome;
    assert_eq!(outcome(&[code("20261104")]), Outcome::WrongMeter);
    assert_eq!(outcome(&[code("20261103")]), Outcome::Match);
    assert_eq!(outcome(&[]), Outcome::Match);
    // A maker's web address is no meter's number.
    assert_eq!(outcome(&[code("https://example.com/")]), Outcome::Match);
    assert_eq!(
        outcome(&[code("20261104"), code("20261103")]),
        Outcome::Match
    );
}

#[test]
fn x5_without_a_counter_the_photo_is_taken_again() {
    let verdict = |faults| judge(&expected("1"), &seen(None, &[], faults));
    assert_eq!(verdict(&[]).rule, Rule::CounterNotFound);
    let dark = verdict(&[QualityFault::TooDark]);
    assert_eq!(
        (dark.outcome, dark.rule),
        (Outcome::Retake, Rule::PoorPicture)
    );
}

#[test]
fn x5_two_counters_or_an_upside_down_one_never_pass() {
    let mut counter = counter(&[0.0, 1.0, 2.0, 8.0, 6.4], 0);
    let two = Seen {
        two_counters: true,
        ..seen(Some(&counter), &[], &[])
    };
    let verdict = judge(&expected("1286"), &two);
    assert_eq!(
        (verdict.outcome, verdict.rule),
        (Outcome::Unsure, Rule::TwoCounters)
    );
    counter.upside_down = true;
    let verdict = judge(&expected("1286"), &seen(Some(&counter), &[], &[]));
    assert_eq!(
        (verdict.outcome, verdict.rule),
        (Outcome::Unsure, Rule::UpsideDown)
    );
}

#[test]
fn typed_indexes_are_digits() {
    for text in [
        "",
        ".",
        "12a",
        "-5",
        "1.2.3",
        "１２３",
        "1234567890123",
        ".5",
    ] {
        assert_eq!(TypedIndex::try_new(text), Err(IndexError), "{text}");
    }
    assert_eq!(TypedIndex::try_new("007"), TypedIndex::try_new(" 7 "));
}

proptest! {
    /// The rule the bill rests on, over ideal wheels: one altered digit is never a match.
    #[test]
    fn x5_one_altered_digit_is_never_a_match(
        units in 0u64..100_000, fraction in 0.0f32..1.0, place in 0usize..5, by in 1u8..10
    ) {
        let values = crate::dial::wheels_of(units, fraction, 5);
        let counter = counter(&values, 0);
        let mut digits = format!("{units:05}").into_bytes();
        digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
        let altered = String::from_utf8(digits).unwrap();
        prop_assert_ne!(said(&altered, &counter).0, Outcome::Match);
    }

    #[test]
    fn x5_the_true_index_is_never_a_mismatch(units in 0u64..100_000, fraction in 0.0f32..1.0) {
        let values = crate::dial::wheels_of(units, fraction, 5);
        let counter = counter(&values, 0);
        prop_assert_ne!(said(&format!("{units:05}"), &counter).0, Outcome::Mismatch);
    }
}
