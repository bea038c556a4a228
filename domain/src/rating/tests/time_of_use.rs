//! 尖峰平谷: what the hours of use add to the tiers, or take off.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::*;
use crate::units::RateRegister::{self, Flat, Peak, Valley};

/// 0.538 up to 2760 kWh a year, then 0.588; 0.03 more by day, 0.25 less by night.
fn by_hours(from: &str, deltas: &[(RateRegister, &str)]) -> TariffVersion {
    let deltas = deltas.iter();
    TariffVersion {
        time_of_use: deltas
            .map(|(rate, delta)| (*rate, delta.parse().unwrap()))
            .collect(),
        ..version(from, &[("2760", "0.538"), ("", "0.588")], &[])
    }
}

const DAY_AND_NIGHT: [(RateRegister, &str); 2] = [(Peak, "0.03"), (Valley, "-0.25")];

fn power(versions: Vec<TariffVersion>) -> TariffSchedule {
    TariffSchedule::try_new(Commodity::Electricity, terms(versions)).unwrap()
}

fn used(rates: &[(RateRegister, &str)]) -> RateQuantities {
    let rates = rates.iter();
    rates.fold(RateQuantities::default(), |sum, (rate, used)| {
        sum.plus(*rate, used.parse().unwrap()).unwrap()
    })
}

#[test]
fn the_hours_come_on_top_of_the_tiers() {
    let schedule = power(vec![by_hours("2026-01-01", &DAY_AND_NIGHT)]);
    let november = RatingInput {
        rates: used(&[(Peak, "180"), (Flat, "30"), (Valley, "90")]),
        ..input("2026-11-01", "2026-12-01", "300", "2700")
    };
    let bill = rate(&schedule, &november).unwrap();
    // 60 × 0.538 = 32.28; 240 × 0.588 = 141.12; 180 × 0.03 = 5.40; 90 × −0.25 = −22.50.
    assert_eq!(
        shown(&bill),
        [
            "electricity 2026-01-01 T1 60 32.28",
            "electricity 2026-01-01 T2 240 141.12",
            "峰时段 2026-01-01 - 180 5.40",
            "谷时段 2026-01-01 - 90 -22.50",
            "156.30 3000",
        ]
    );
}

#[test]
fn what_no_register_told_apart_costs_its_tier() {
    let schedule = power(vec![by_hours("2026-01-01", &DAY_AND_NIGHT)]);
    let november = input("2026-11-01", "2026-12-01", "100", "0");
    let bill = rate(&schedule, &november).unwrap();
    assert_eq!(
        shown(&bill),
        ["electricity 2026-01-01 T1 100 53.80", "53.80 100"]
    );
}

#[test]
fn a_change_of_price_cuts_the_hours_by_days_and_loses_nothing() {
    let after = [(Peak, "0.06"), (Valley, "-0.20")];
    let schedule = power(vec![
        by_hours("2026-01-01", &DAY_AND_NIGHT),
        by_hours("2026-11-11", &after),
    ]);
    let november = RatingInput {
        rates: used(&[(Peak, "100"), (Valley, "100")]),
        ..input("2026-11-01", "2026-12-01", "200", "0")
    };
    let bill = rate(&schedule, &november).unwrap();
    // Ten and twenty days of thirty: 33.33 and 66.67.
    assert_eq!(
        shown(&bill),
        [
            "electricity 2026-01-01 T1 66.67 35.87",
            "峰时段 2026-01-01 - 33.33 1.00",
            "谷时段 2026-01-01 - 33.33 -8.33",
            "electricity 2026-11-11 T1 133.33 71.73",
            "峰时段 2026-11-11 - 66.67 4.00",
            "谷时段 2026-11-11 - 66.67 -13.33",
            "90.94 200.00",
        ]
    );
    let of = |component: &str| -> Decimal {
        let lines = bill.lines.iter().filter(|line| line.component == component);
        lines.map(|line| line.quantity.value()).sum()
    };
    assert_eq!(
        (of("峰时段"), of("谷时段")),
        (Decimal::from(100), Decimal::from(100))
    );
}

#[test]
fn hours_that_were_charged_too_many_are_taken_back_over_a_change_of_price_too() {
    let schedule = power(vec![
        by_hours("2026-01-01", &DAY_AND_NIGHT),
        by_hours("2026-11-11", &DAY_AND_NIGHT),
    ]);
    let corrected = RatingInput {
        rates: used(&[(Peak, "-10"), (Valley, "40")]),
        ..input("2026-11-01", "2026-12-01", "30", "0")
    };
    let bill = rate(&schedule, &corrected).unwrap();
    let peak: Vec<String> = shown(&bill)
        .into_iter()
        .filter(|line| line.starts_with('峰'))
        .collect();
    assert_eq!(
        peak,
        [
            "峰时段 2026-01-01 - -3.33 -0.10",
            "峰时段 2026-11-11 - -6.67 -0.20",
        ]
    );
}

#[test]
fn a_tariff_that_cannot_be_charged_by_hours_is_refused() {
    let code = |commodity, version: TariffVersion| {
        let refused = TariffSchedule::try_new(commodity, terms(vec![version]));
        refused.unwrap_err().code()
    };
    let version = by_hours("2026-01-01", &DAY_AND_NIGHT);
    assert_eq!(
        code(Commodity::Water, version.clone()),
        "TARIFF_TIME_OF_USE_OF_WATER"
    );
    let free = FreeAllowance {
        per_month: "8".parse().unwrap(),
        basis: AllowanceBasis::Room,
        excluded_months: [].into(),
    };
    let with_allowance = TariffVersion {
        free_allowance: Some(free),
        ..version.clone()
    };
    assert_eq!(
        code(Commodity::Electricity, with_allowance),
        "TARIFF_TIME_OF_USE_WITH_ALLOWANCE"
    );
    let below = by_hours("2026-01-01", &[(Valley, "-0.539")]);
    assert_eq!(
        code(Commodity::Electricity, below),
        "TARIFF_TIME_OF_USE_BELOW_ZERO"
    );
    // Down to nothing is a price.
    let nothing = by_hours("2026-01-01", &[(Valley, "-0.538")]);
    assert!(TariffSchedule::try_new(Commodity::Electricity, terms(vec![nothing])).is_ok());
    let mut twice = version;
    twice.surcharges = vec![Surcharge {
        name: "峰时段".to_owned(),
        price: "0.1".parse().unwrap(),
    }];
    assert_eq!(code(Commodity::Electricity, twice), "TARIFF_SURCHARGE_NAME");
}

#[test]
fn a_rating_case_says_what_the_registers_counted() {
    let case = json!({
        "commodity": "electricity",
        "tariff": { "versions": [{
            "from": "2026-01-01",
            "tiers": [{ "price": "0.5" }],
            "time_of_use": { "peak": "0.1", "valley": "-0.2" }
        }]},
        "period": { "from": "2026-11-01", "to": "2026-12-01" },
        "usage": "100",
        "rates": { "peak": "60", "valley": "40" }
    });
    let answer: Value = serde_json::from_str(&rate_case_json(&case.to_string()).unwrap()).unwrap();
    // 50.00 + 6.00 − 8.00.
    assert_eq!(answer["total"], "48.00");
    assert_eq!(answer["ignored"], Value::Null);
}
