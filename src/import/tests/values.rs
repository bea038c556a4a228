use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use crate::import::cell::Cell;
use crate::import::moment::{Moment, from_serial, parse};

fn number(text: &str) -> Cell {
    Cell::Number(text.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "as the code under test answers")]
fn moment(date: &str, time: &str) -> Option<Moment> {
    Some(Moment {
        date: (!date.is_empty()).then(|| date.parse::<NaiveDate>().unwrap()),
        time: (!time.is_empty()).then(|| time.parse::<NaiveTime>().unwrap()),
    })
}

#[test]
fn a_number_is_what_the_spreadsheet_showed_and_not_its_binary_fraction() {
    for (cell, exact) in [
        ("1268.3000000000002", "1268.3"),
        ("0.30000000000000004", "0.3"),
        ("268", "268"),
        ("12345678.25", "12345678.25"),
    ] {
        assert_eq!(
            number(cell).decimal("读数").unwrap(),
            exact.parse::<Decimal>().unwrap()
        );
    }
}

#[test]
fn typed_numbers_lose_full_width_forms_and_grouping_but_never_a_digit() {
    for (text, exact) in [
        ("１２６８．５", "1268.5"),
        (" 1,268.50 ", "1268.5"),
        ("12,345,678", "12345678"),
        ("'00123", "123"),
        ("=\"00123\"", "123"),
        ("-5", "-5"),
    ] {
        let value = Cell::from_text(text).decimal("读数").unwrap();
        assert_eq!(value, exact.parse::<Decimal>().unwrap(), "{text}");
    }
    for text in [
        "12,34",
        "1e5",
        "1_000",
        "268吨",
        "1.2.3",
        "12,345.6,7",
        "无效",
    ] {
        assert!(Cell::from_text(text).decimal("读数").is_err(), "{text}");
    }
}

#[test]
fn an_identifier_keeps_its_zeros_and_a_cut_one_is_refused() {
    assert_eq!(Cell::from_text("'00123").text("表号").unwrap(), "00123");
    assert_eq!(Cell::from_text("=\"00123\"").text("表号").unwrap(), "00123");
    assert_eq!(number("320102").text("表号").unwrap(), "320102");
    let cut = number("320102199001011200").text("户号").unwrap_err();
    assert_eq!(cut.code, "IMPORT_NUMBER_CUT");
    let broken = Cell::Broken("#N/A".to_owned()).text("户号").unwrap_err();
    assert_eq!(broken.code, "IMPORT_BROKEN_CELL");
}

#[test]
fn dates_are_read_as_people_write_them() {
    for text in [
        "2026-07-01",
        "2026/7/1",
        "2026.7.1",
        "20260701",
        "2026年7月1日",
        "２０２６－０７－０１",
        "46204",
    ] {
        assert_eq!(parse(text), moment("2026-07-01", ""), "{text}");
    }
    for text in [
        "2026-07-01 08:30",
        "2026/7/1 8:30:00",
        "2026-07-01T08:30:00",
        "20260701083000",
        "202607010830",
        "2026年7月1日 8时30分",
        "2026年7月1日8时30分",
        "2026-07-01 08:30:00.000",
        "46204.3541666667",
    ] {
        assert_eq!(parse(text), moment("2026-07-01", "08:30:00"), "{text}");
    }
    assert_eq!(parse("8:30"), moment("", "08:30:00"));
}

#[test]
fn what_could_mean_two_days_or_none_is_no_date() {
    for text in [
        "7/1/2026",
        "01-07-26",
        "2026-02-30",
        "2026-13-01",
        "1899-01-01",
        "2026-07",
        "昨天",
        "2026-07-01 25:00",
        "1782864000",
        "",
        "2026-07-01 8",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn a_serial_number_is_days_and_a_fraction() {
    assert_eq!(from_serial("46204"), moment("2026-07-01", ""));
    assert_eq!(from_serial("0.5"), moment("", "12:00:00"));
    assert_eq!(
        from_serial("46204.99999999"),
        moment("2026-07-02", "00:00:00")
    );
    assert_eq!(from_serial("12"), None);
    assert_eq!(from_serial("99999999999999999999"), None);
}
