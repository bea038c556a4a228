use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn fen_rounds_half_away_from_zero() {
    for (yuan, fen) in [
        ("2335.545", 233_555),
        ("-0.005", -1),
        ("29.4405", 2944),
        ("0.0049", 0),
    ] {
        assert_eq!(
            Fen::from_yuan_half_up(yuan.parse().unwrap()),
            Some(Fen::new(fen)),
            "{yuan}"
        );
    }
    assert_eq!(Fen::from_yuan_half_up(Decimal::MAX), None);
}

#[test]
fn fen_reads_yuan_as_people_type_it() {
    for (text, fen) in [
        ("1286.40", 128_640),
        (" １２．５ ", 1250),
        ("-0.05", -5),
        ("7", 700),
    ] {
        assert_eq!(text.parse(), Ok(Fen::new(fen)), "{text}");
    }
    assert_eq!(Fen::new(-5).to_string(), "-0.05");
    for (text, code) in [
        ("", "VALUE_EMPTY"),
        ("1.234", "VALUE_TOO_PRECISE"),
        ("1,286.40", "VALUE_NOT_A_NUMBER"),
        ("--1", "VALUE_NOT_A_NUMBER"),
        ("1.", "VALUE_NOT_A_NUMBER"),
        ("92233720368547758.08", "VALUE_OUT_OF_RANGE"),
    ] {
        assert_eq!(text.parse::<Fen>().unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn decimals_refuse_what_would_be_guessed() {
    for text in ["1_000", "1e3", "+1", ".5", "5.", "一", "0x10", "1.2.3"] {
        assert_eq!(
            text.parse::<Quantity>().unwrap_err().code(),
            "VALUE_NOT_A_NUMBER",
            "{text}"
        );
    }
    assert_eq!("-1".parse::<Index>().unwrap_err().code(), "VALUE_NEGATIVE");
    assert_eq!(
        "0".parse::<Multiplier>().unwrap_err().code(),
        "VALUE_NOT_POSITIVE"
    );
    assert_eq!(
        "1000000000000".parse::<Index>().unwrap_err().code(),
        "VALUE_OUT_OF_RANGE"
    );
    assert_eq!(
        "0.000000001".parse::<UnitPrice>().unwrap_err().code(),
        "VALUE_TOO_PRECISE"
    );
    assert_eq!(
        "１２３．４０".parse::<Index>().unwrap().to_string(),
        "123.40"
    );
}

#[test]
fn index_difference_times_multiplier_is_a_usage() {
    let index = |text: &str| text.parse::<Index>().unwrap();
    let used = index("51.95").since(index("3.20"));
    assert_eq!(
        used.checked_mul("40".parse().unwrap()),
        Some("1950".parse().unwrap())
    );
    assert!(index("1").since(index("2")).is_negative());
}

#[test]
fn values_are_checked_when_they_are_read_from_json() {
    assert_eq!(
        serde_json::to_string(&"1.50".parse::<Index>().unwrap()).unwrap(),
        "\"1.50\""
    );
    assert_eq!(serde_json::to_string(&Fen::new(128_640)).unwrap(), "128640");
    assert!(serde_json::from_str::<Index>("\"-1\"").is_err());
    assert!(serde_json::from_str::<AccountNo>("\"a b\u{3000}c!\"").is_err());
    assert!(serde_json::from_str::<Period>(r#"{"from":"2026-01-02","to":"2026-01-02"}"#).is_err());
    assert!(serde_json::from_str::<BillingMonth>("\"2026-13\"").is_err());
}

#[test]
fn identifiers_are_normalised_and_bounded() {
    assert_eq!(
        "　Ｓ－２０２６ / 01 "
            .parse::<ReceiptNo>()
            .unwrap()
            .as_str(),
        "S-2026/01"
    );
    assert_eq!(AccountNo::try_new(" ").unwrap_err().code(), "VALUE_EMPTY");
    assert_eq!(
        AccountNo::try_new("户1").unwrap_err().code(),
        "VALUE_BAD_CHARACTER"
    );
    assert_eq!(
        AccountNo::try_new("1".repeat(49)).unwrap_err().code(),
        "VALUE_TOO_LONG"
    );
    assert!(PhotoHash::try_new("0f".repeat(32)).is_ok());
    assert!(PhotoHash::try_new("0F".repeat(32)).is_err());
}

#[test]
fn phones_are_mainland_mobiles_and_stay_masked() {
    let phone: Phone = "１３８ 0013 1234".parse().unwrap();
    assert_eq!(phone.masked(), "138****1234");
    assert_eq!(format!("{phone:?}"), "Phone(138****1234)");
    for text in ["12800131234", "1380013123", "+8613800131234", "1380013123x"] {
        assert!(text.parse::<Phone>().is_err(), "{text}");
    }
}

#[test]
fn business_dates_turn_at_shanghai_midnight() {
    let before = Utc.with_ymd_and_hms(2026, 6, 30, 15, 59, 59).unwrap();
    assert_eq!(business_date(before), date("2026-06-30"));
    let midnight = start_of_business_day(date("2026-07-01"));
    assert_eq!(
        midnight,
        Utc.with_ymd_and_hms(2026, 6, 30, 16, 0, 0).unwrap()
    );
    assert_eq!(business_date(midnight), date("2026-07-01"));
}

#[test]
fn periods_are_half_open() {
    let period = Period::try_new(date("2026-06-21"), date("2026-07-21")).unwrap();
    assert_eq!(period.days(), 30);
    assert!(period.contains(period.from()) && !period.contains(period.to()));
    let july = "2026-07".parse::<BillingMonth>().unwrap().period();
    assert_eq!(period.intersection(&july).unwrap().days(), 20);
    let august = "2026-08".parse::<BillingMonth>().unwrap().period();
    assert_eq!(july.intersection(&august), None);
}

proptest! {
    #[test]
    fn fen_survives_being_written(value: i64) {
        prop_assert_eq!(Fen::new(value).to_string().parse(), Ok(Fen::new(value)));
        prop_assert_eq!(Fen::from_yuan_half_up(Fen::new(value).to_yuan()), Some(Fen::new(value)));
    }

    #[test]
    fn fen_rounds_to_the_nearest(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 0_u32..8) {
        let yuan = Decimal::new(mantissa, scale);
        let rounded = Fen::from_yuan_half_up(yuan).unwrap().to_yuan();
        prop_assert!((rounded - yuan).abs() <= Decimal::new(5, 3));
    }

    #[test]
    fn decimals_survive_full_width(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 4_u32..=8) {
        let quantity = Quantity::try_new(Decimal::new(mantissa, scale)).unwrap();
        let wide: String = quantity.to_string().chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        let read: Quantity = wide.parse().unwrap();
        prop_assert_eq!(read.to_string(), quantity.to_string());
    }

    #[test]
    fn parsing_never_panics(text in "\\PC*") {
        let _ = (text.parse::<Fen>(), text.parse::<Index>(), text.parse::<BillingMonth>());
        let _ = (text.parse::<AccountNo>(), text.parse::<Phone>());
    }

    #[test]
    fn months_step_and_tile(year in 1901..9999_i32, month in 1..=12_u32) {
        let here = BillingMonth::try_new(year, month).unwrap();
        prop_assert_eq!(here.next().previous(), here);
        prop_assert!(here < here.next());
        prop_assert_eq!(here.period().to(), here.next().period().from());
        prop_assert_eq!(here.to_string().parse(), Ok(here));
        prop_assert_eq!(BillingMonth::of(here.period().last_day()), here);
    }
}
