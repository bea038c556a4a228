//! Free allowances and minimum charges: what a tariff says by the month.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;

use super::*;
use crate::units::Fen;

/// 0.65 yuan a kWh, 8 kWh a person and month free, none in July and August.
fn dormitory(free: &str) -> TariffVersion {
    TariffVersion {
        free_allowance: Some(FreeAllowance {
            per_month: free.parse().unwrap(),
            basis: AllowanceBasis::Person,
            excluded_months: [7, 8].into(),
        }),
        ..version("2026-01-01", &[("", "0.65")], &[])
    }
}

fn power(versions: Vec<TariffVersion>) -> TariffSchedule {
    TariffSchedule::try_new(Commodity::Electricity, terms(versions)).unwrap()
}

fn stay(from: &str, to: &str) -> Period {
    Period::try_new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

/// Three for all of September, one from its 16th.
fn four() -> Vec<Period> {
    let mut stays = vec![stay("2026-09-01", "2026-10-01"); 3];
    stays.push(stay("2026-09-16", "2026-10-01"));
    stays
}

#[test]
fn e6_the_allowance_of_a_room_goes_by_the_days_of_each_person() {
    let september = RatingInput {
        stays: Some(four()),
        ..input("2026-09-01", "2026-10-01", "61.50", "0")
    };
    let bill = rate(&power(vec![dormitory("8")]), &september).unwrap();
    assert_eq!(
        shown(&bill),
        [
            "免费额度 2026-01-01 - 28.00 0.00",
            "electricity 2026-01-01 T1 33.50 21.78",
            "21.78 33.50",
        ]
    );
    assert_eq!(bill.lines[0].borne, Some(Fen::new(1820)));
    assert_eq!(bill.free(), Some("28.00".parse().unwrap()));
}

#[test]
fn e6_a_rating_case_says_who_was_there() {
    let case = json!({
        "commodity": "electricity",
        "tariff": { "versions": [{
            "from": "2026-01-01", "tiers": [{ "price": "0.65" }],
            "free_allowance": { "per_month": "8", "excluded_months": [2, 8] },
        }] },
        "household": { "persons": 4, "stays": [
            { "from": "2026-09-01", "to": "2026-10-01" }, { "from": "2026-09-01", "to": "2026-10-01" },
            { "from": "2026-09-01", "to": "2026-10-01" }, { "from": "2026-09-16", "to": "2026-10-01" },
        ] },
        "period": { "from": "2026-09-01", "to": "2026-10-01" },
        "usage": "61.50",
    });
    let answer = rate_case_json(&case.to_string()).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (
            &answer["total"],
            &answer["lines"][0]["borne"],
            &answer["ignored"]
        ),
        (&json!("21.78"), &json!("18.20"), &json!(null))
    );
}

#[test]
fn e6_excluded_months_give_nothing_and_what_is_not_used_lapses() {
    let rated = |from, to, usage| {
        let bill = rate(&power(vec![dormitory("8")]), &input(from, to, usage, "0")).unwrap();
        (bill.total.to_string(), bill.free().unwrap().to_string())
    };
    // Without stays the four of the household count.
    assert_eq!(
        rated("2026-07-01", "2026-08-01", "10"),
        ("6.50".to_owned(), "0".to_owned())
    );
    assert_eq!(
        rated("2026-06-01", "2026-07-01", "10"),
        ("0.00".to_owned(), "10".to_owned())
    );
    // Half of June: 4 × 8 × 15/30.
    assert_eq!(
        rated("2026-06-16", "2026-07-16", "20"),
        ("2.60".to_owned(), "16.00".to_owned())
    );
    let room = TariffVersion {
        free_allowance: Some(FreeAllowance {
            per_month: "30".parse().unwrap(),
            basis: AllowanceBasis::Room,
            excluded_months: [7, 8].into(),
        }),
        ..dormitory("0")
    };
    let nobody = RatingInput {
        stays: Some(Vec::new()),
        ..input("2026-06-01", "2026-07-01", "40", "0")
    };
    let bill = rate(&power(vec![room]), &nobody).unwrap();
    assert_eq!(
        (bill.total, bill.free()),
        (Fen::new(650), Some("30.00".parse().unwrap()))
    );
    let bill = rate(&power(vec![dormitory("8")]), &nobody).unwrap();
    assert_eq!((bill.total, bill.lines.len()), (Fen::new(2600), 1));
}

#[test]
fn e6_tiers_and_surcharges_are_for_the_excess_alone() {
    let tiered = TariffVersion {
        tiers: version("2026-01-01", &[("20", "0.50"), ("", "0.80")], &[]).tiers,
        surcharges: version("2026-01-01", &[("", "1")], &[("基金", "0.05")]).surcharges,
        ..dormitory("8")
    };
    let bill = rate(
        &power(vec![tiered]),
        &input("2026-09-01", "2026-10-01", "60", "0"),
    )
    .unwrap();
    assert_eq!(
        shown(&bill),
        [
            "免费额度 2026-01-01 - 32.00 0.00",
            "electricity 2026-01-01 T1 20 10.00",
            "electricity 2026-01-01 T2 8.00 6.40",
            "基金 2026-01-01 - 28.00 1.40",
            "17.80 28.00",
        ]
    );
    // 32 × (0.50 + 0.05)
    assert_eq!(bill.lines[0].borne, Some(Fen::new(1760)));
}

#[test]
fn e6_what_another_meter_of_the_room_had_free_is_not_free_again() {
    let second = RatingInput {
        free_to_date: "30".parse().unwrap(),
        ..input("2026-09-01", "2026-10-01", "10", "0")
    };
    let bill = rate(&power(vec![dormitory("8")]), &second).unwrap();
    assert_eq!(
        (bill.free(), bill.total),
        (Some("2.00".parse().unwrap()), Fen::new(520))
    );
}

fn with_minimum(from: &str, price: &str, minimum: i64) -> TariffVersion {
    TariffVersion {
        minimum_charge: Some(Fen::new(minimum)),
        ..version(from, &[("", price)], &[])
    }
}

#[test]
fn a_line_lifts_a_month_to_its_minimum() {
    let rated = |from, to, usage| {
        let schedule = power(vec![with_minimum("2026-01-01", "0.65", 1000)]);
        let bill = rate(&schedule, &input(from, to, usage, "0")).unwrap();
        assert_eq!(
            Fen::checked_sum(bill.lines.iter().map(|line| line.amount)),
            Some(bill.total)
        );
        (
            bill.lines.last().unwrap().component.clone(),
            bill.total.to_string(),
        )
    };
    let lifted = |total: &str| ("最低消费补足".to_owned(), total.to_owned());
    assert_eq!(rated("2026-09-01", "2026-10-01", "4"), lifted("10.00"));
    assert_eq!(rated("2026-09-01", "2026-10-01", "0"), lifted("10.00"));
    let above = ("electricity".to_owned(), "13.00".to_owned());
    assert_eq!(rated("2026-09-01", "2026-10-01", "20"), above);
    // 10 × 7/30 = 2.333…, 10 × (10/30 + 20/31) = 9.784…
    assert_eq!(rated("2026-09-01", "2026-09-08", "0"), lifted("2.33"));
    assert_eq!(rated("2026-06-21", "2026-07-21", "0"), lifted("9.78"));
    // Half a fen goes up.
    let schedule = power(vec![with_minimum("2026-01-01", "0.65", 15)]);
    let bill = rate(&schedule, &input("2026-09-01", "2026-09-02", "0", "0")).unwrap();
    assert_eq!(bill.total, Fen::new(1), "15 fen over 30 days");
}

#[test]
fn a_minimum_is_asked_once_of_all_meters_of_a_month() {
    let schedule = power(vec![with_minimum("2026-01-01", "0.65", 1000)]);
    let first = RatingInput {
        month_to_date: None,
        ..input("2026-09-01", "2026-10-01", "4", "0")
    };
    let bill = rate(&schedule, &first).unwrap();
    assert_eq!((bill.total, bill.minimum), (Fen::new(260), Fen::ZERO));
    let second = RatingInput {
        month_to_date: Some(MonthToDate {
            amount: Fen::new(260),
            minimum: Fen::ZERO,
        }),
        ..input("2026-09-01", "2026-10-01", "2", "0")
    };
    let bill = rate(&schedule, &second).unwrap();
    assert_eq!((bill.total, bill.minimum), (Fen::new(740), Fen::new(1000)));
}

#[test]
fn a_minimum_changes_with_its_version() {
    let schedule = power(vec![
        version("2026-01-01", &[("", "0.65")], &[]),
        with_minimum("2026-09-16", "0.65", 1000),
    ]);
    let bill = rate(&schedule, &input("2026-09-01", "2026-10-01", "0", "0")).unwrap();
    assert_eq!(shown(&bill), ["最低消费补足 2026-09-16 - 0 5.00", "5.00 0"]);
}

#[test]
fn nonsense_about_a_month_is_refused() {
    let refused = |version| TariffSchedule::try_new(Commodity::Electricity, terms(vec![version]));
    let code = |version| refused(version).unwrap_err().code();
    assert_eq!(code(dormitory("-1")), "TARIFF_ALLOWANCE_NEGATIVE");
    let mut thirteenth = dormitory("8");
    thirteenth.free_allowance.as_mut().unwrap().excluded_months = [13].into();
    assert_eq!(code(thirteenth), "TARIFF_EXCLUDED_MONTH");
    assert_eq!(
        code(with_minimum("2026-01-01", "1", -1)),
        "TARIFF_MINIMUM_NEGATIVE"
    );
    let mut named = dormitory("8");
    named.surcharges = version("2026-01-01", &[("", "1")], &[("免费额度", "1")]).surcharges;
    assert_eq!(code(named.clone()), "TARIFF_SURCHARGE_NAME");
    named.free_allowance = None;
    assert!(
        refused(named).is_ok(),
        "an old tariff may have called it so"
    );
}

proptest! {
    #[test]
    fn free_and_excess_are_the_usage_however_the_period_is_cut(
        usage in 0_i64..20_000, days in 1_u64..120, cut in 0_u64..120, persons in 0_u32..8, monthly in any::<bool>(),
    ) {
        let usage = Decimal::new(usage, 2);
        let from: chrono::NaiveDate = "2026-09-10".parse().unwrap();
        let to = from + chrono::Days::new(days);
        let later = TariffVersion { from: from + chrono::Days::new(cut), ..dormitory("8") };
        let whole = power(vec![dormitory("8")]);
        let parted = TariffSchedule::try_new(Commodity::Electricity, TariffTerms {
            tier_period: if monthly { TierPeriod::Month } else { TierPeriod::Year },
            ..terms(vec![dormitory("8"), later])
        }).unwrap();
        let input = RatingInput {
            period: Period::try_new(from, to).unwrap(),
            usage: Quantity::try_new(usage).unwrap(),
            persons,
            ..input("2026-09-01", "2026-10-01", "0", "0")
        };
        let (whole, parted) = (rate(&whole, &input).unwrap(), rate(&parted, &input).unwrap());
        prop_assert_eq!(whole.free(), parted.free());
        for bill in [whole, parted] {
            let used = Quantity::checked_sum(bill.lines.iter().map(|line| line.quantity));
            prop_assert_eq!(used, Some(input.usage));
            prop_assert_eq!(Fen::checked_sum(bill.lines.iter().map(|line| line.amount)), Some(bill.total));
            for line in &bill.lines {
                prop_assert!(!line.amount.is_negative() && line.quantity > Quantity::ZERO);
            }
        }
    }

    #[test]
    fn a_bill_never_comes_to_less_than_its_minimum(usage in 0_i64..20_000, days in 1_u64..60, minimum in 0_i64..5_000) {
        let from: chrono::NaiveDate = "2026-09-10".parse().unwrap();
        let input = RatingInput {
            period: Period::try_new(from, from + chrono::Days::new(days)).unwrap(),
            usage: Quantity::try_new(Decimal::new(usage, 2)).unwrap(),
            ..input("2026-09-01", "2026-10-01", "0", "0")
        };
        let bill = rate(&power(vec![with_minimum("2026-01-01", "0.65", minimum)]), &input).unwrap();
        let plain = rate(&power(vec![version("2026-01-01", &[("", "0.65")], &[])]), &input).unwrap();
        prop_assert_eq!(bill.total, plain.total.max(bill.minimum));
    }
}
