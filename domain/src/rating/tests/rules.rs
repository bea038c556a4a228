use super::*;

const TIERS: [(&str, &str); 3] = [("180", "3.10"), ("260", "4.65"), ("", "9.30")];

fn one_version() -> TariffTerms {
    terms(vec![version("2026-01-01", &TIERS, &[("sewage", "0.95")])])
}

#[test]
fn a_new_year_starts_its_own_tiers_by_day() {
    // 10 days in the old year, 20 in the new one.
    let bill = rate(
        &water(one_version()),
        &input("2026-12-22", "2027-01-21", "30", "255"),
    );
    assert_eq!(
        shown(&bill.unwrap()),
        [
            "water 2026-01-01 T2 5 23.25",
            "water 2026-01-01 T3 5.00 46.50",
            "sewage 2026-01-01 - 10.00 9.50",
            "water 2026-01-01 T1 20.00 62.00",
            "sewage 2026-01-01 - 20.00 19.00",
            "160.25 20.00",
        ]
    );
}

#[test]
fn a_new_year_counts_in_the_year_of_the_billing_month() {
    let schedule = water(TariffTerms {
        year_crossing: YearCrossing::ByBillingMonth,
        ..one_version()
    });
    let crossing = input("2026-12-22", "2027-01-21", "30", "255");
    let new_year = [
        "water 2026-01-01 T1 30 93.00",
        "sewage 2026-01-01 - 30 28.50",
        "121.50 30",
    ];
    assert_eq!(shown(&rate(&schedule, &crossing).unwrap()), new_year);
    let month = |text: &str| Some(text.parse().unwrap());
    let january = RatingInput {
        billing_month: month("2027-01"),
        ..crossing.clone()
    };
    assert_eq!(shown(&rate(&schedule, &january).unwrap()), new_year);
    let december = RatingInput {
        billing_month: month("2026-12"),
        ..crossing.clone()
    };
    assert_eq!(
        shown(&rate(&schedule, &december).unwrap()),
        [
            "water 2026-01-01 T2 5 23.25",
            "water 2026-01-01 T3 25 232.50",
            "sewage 2026-01-01 - 30 28.50",
            "284.25 285",
        ]
    );
    let elsewhere = RatingInput {
        billing_month: month("2028-01"),
        ..crossing
    };
    assert_eq!(
        rate(&schedule, &elsewhere),
        Err(RatingError::BillingMonthOutside)
    );
    // Nothing is crossed here, so the late month changes nothing.
    let late = RatingInput {
        billing_month: month("2027-01"),
        ..input("2026-12-01", "2027-01-01", "10", "255")
    };
    assert_eq!(
        shown(&rate(&schedule, &late).unwrap()).last().unwrap(),
        "79.25 265"
    );
}

#[test]
fn what_was_counted_where_is_told() {
    let bill = rate(
        &water(one_version()),
        &input("2026-12-22", "2027-01-21", "30", "255"),
    )
    .unwrap();
    let counted: Vec<_> = bill
        .counted
        .iter()
        .map(|count| {
            let TierCount {
                tier_period_from,
                quantity,
                quantity_to_date_after,
            } = count;
            format!("{tier_period_from} {quantity} {quantity_to_date_after}")
        })
        .collect();
    assert_eq!(
        counted,
        ["2026-01-01 10.00 265.00", "2027-01-01 20.00 20.00"]
    );
}

#[test]
fn price_change_and_new_year_both_cut_the_period() {
    let schedule = water(terms(vec![
        version("2026-01-01", &TIERS, &[]),
        version("2026-12-27", &[("", "5.00")], &[("fund", "0.10")]),
    ]));
    // 5 days, then 5 days in the old year, then 20 days.
    let bill = rate(&schedule, &input("2026-12-22", "2027-01-21", "31", "0")).unwrap();
    assert_eq!(
        shown(&bill),
        [
            "water 2026-01-01 T1 5.17 16.03",
            "water 2026-12-27 T1 5.17 25.85",
            "fund 2026-12-27 - 5.17 0.52",
            "water 2026-12-27 T1 20.66 103.30",
            "fund 2026-12-27 - 20.66 2.07",
            "147.77 20.66",
        ]
    );
}

#[test]
fn several_versions_each_bring_their_surcharges() {
    let schedule = water(terms(vec![
        version(
            "2026-06-01",
            &[("", "1.0000")],
            &[("sewage", "0.95"), ("garbage", "0.3333")],
        ),
        version("2026-06-11", &[("", "2")], &[]),
        version("2026-06-21", &[("", "3")], &[("sewage", "1.05")]),
        version("2026-07-01", &[("", "900")], &[]),
    ]));
    let bill = rate(&schedule, &input("2026-06-01", "2026-07-01", "10", "0")).unwrap();
    assert_eq!(
        shown(&bill),
        [
            "water 2026-06-01 T1 3.33 3.33",
            "sewage 2026-06-01 - 3.33 3.16",
            "garbage 2026-06-01 - 3.33 1.11",
            "water 2026-06-11 T1 3.33 6.66",
            "water 2026-06-21 T1 3.34 10.02",
            "sewage 2026-06-21 - 3.34 3.51",
            "27.79 10.00",
        ]
    );
    // On the reading date the newest version is in force.
    let terms = TariffTerms {
        price_change: PriceChange::ByReadingDate,
        ..schedule.terms().clone()
    };
    let bill = rate(&water(terms), &input("2026-06-01", "2026-07-01", "10", "0")).unwrap();
    assert_eq!(
        shown(&bill),
        ["water 2026-07-01 T1 10 9000.00", "9000.00 10"]
    );
}

#[test]
fn shares_never_ask_for_more_than_there_is() {
    let days = [
        "2026-06-01",
        "2026-06-02",
        "2026-06-03",
        "2026-06-04",
        "2026-06-05",
    ];
    let versions = days
        .iter()
        .map(|day| version(day, &[("", "1")], &[]))
        .collect();
    let bill = rate(
        &water(terms(versions)),
        &input("2026-06-01", "2026-06-06", "0.03", "0"),
    );
    // Each share is 0.006 and would round to 0.01.
    assert_eq!(
        shown(&bill.unwrap()),
        [
            "water 2026-06-01 T1 0.01 0.01",
            "water 2026-06-02 T1 0.01 0.01",
            "water 2026-06-03 T1 0.01 0.01",
            "0.03 0.03",
        ]
    );
}

#[test]
fn extra_persons_lift_every_limit_and_missing_ones_lower_none() {
    let schedule = water(one_version());
    let household = |persons| {
        let input = RatingInput {
            persons,
            ..input("2026-03-01", "2026-04-01", "300", "0")
        };
        shown(&rate(&schedule, &input).unwrap())
    };
    assert_eq!(household(1), household(4));
    assert_eq!(
        household(6)[..2],
        [
            "water 2026-01-01 T1 240 744.00",
            "water 2026-01-01 T2 60 279.00"
        ]
    );
}

#[test]
fn a_tier_begins_exactly_at_its_limit() {
    let schedule = water(one_version());
    let first = |to_date: &str| {
        let bill = rate(&schedule, &input("2026-03-01", "2026-04-01", "1", to_date)).unwrap();
        bill.lines
            .iter()
            .filter_map(|line| line.tier)
            .collect::<Vec<_>>()
    };
    assert_eq!(first("179"), [1]);
    assert_eq!(first("179.99"), [1, 2]);
    assert_eq!(first("180"), [2]);
    assert_eq!(first("260"), [3]);
    assert_eq!(first("5000"), [3]);
}

#[test]
fn months_can_be_the_tier_period() {
    let monthly = TariffTerms {
        tier_period: TierPeriod::Month,
        ..terms(vec![version("2026-01-01", &[("10", "1"), ("", "2")], &[])])
    };
    let bill = rate(
        &water(monthly),
        &input("2026-06-21", "2026-07-21", "30", "8"),
    )
    .unwrap();
    assert_eq!(
        shown(&bill),
        [
            "water 2026-01-01 T1 2 2.00",
            "water 2026-01-01 T2 8.00 16.00",
            "water 2026-01-01 T1 10 10.00",
            "water 2026-01-01 T2 10.00 20.00",
            "48.00 20.00",
        ]
    );
}

#[test]
fn nothing_used_is_an_empty_bill() {
    let bill = rate(
        &water(one_version()),
        &input("2026-03-01", "2026-04-01", "0.00", "12"),
    );
    assert_eq!(shown(&bill.unwrap()), ["0.00 12"]);
}

#[test]
fn what_cannot_be_rated_says_why() {
    let mut ended = one_version();
    ended.versions[0].to = Some("2026-07-01".parse().unwrap());
    let schedule = water(ended.clone());
    let date = |text: &str| text.parse().unwrap();
    for (input, error) in [
        (
            input("2025-12-31", "2026-01-05", "1", "0"),
            RatingError::NoTariffVersion {
                date: date("2025-12-31"),
            },
        ),
        (
            input("2026-06-21", "2026-07-02", "1", "0"),
            RatingError::NoTariffVersion {
                date: date("2026-07-01"),
            },
        ),
        (
            input("2026-06-21", "2026-06-22", "-1", "0"),
            RatingError::UsageNegative,
        ),
        (
            input("2026-06-21", "2026-06-22", "1", "-1"),
            RatingError::QuantityToDateNegative,
        ),
        (
            input("2026-06-21", "2026-06-22", "999999999999", "1"),
            RatingError::Overflow,
        ),
    ] {
        assert_eq!(rate(&schedule, &input), Err(error));
    }
    // The reading date itself lies outside, though every day of the period is inside.
    let whole = input("2026-06-01", "2026-07-01", "1", "0");
    assert!(rate(&schedule, &whole).is_ok());
    let at_reading = water(TariffTerms {
        price_change: PriceChange::ByReadingDate,
        ..ended
    });
    assert_eq!(
        rate(&at_reading, &whole).unwrap_err().code(),
        "RATING_NO_TARIFF_VERSION"
    );
}

#[test]
fn another_meter_of_the_account_has_already_begun_the_new_year() {
    let schedule = water(one_version());
    let crossing = input("2026-12-22", "2027-01-01", "10", "0");
    let later_to_date = BTreeMap::from([("2027-01-01".parse().unwrap(), "175".parse().unwrap())]);
    let crossing = RatingInput {
        period: Period::try_new(crossing.period.from(), "2027-01-11".parse().unwrap()).unwrap(),
        usage: "20".parse().unwrap(),
        later_to_date,
        ..crossing
    };
    let bill = rate(&schedule, &crossing).unwrap();
    assert_eq!(bill.quantity_to_date_after, "185".parse().unwrap());
    let tiers: Vec<_> = bill.lines.iter().filter_map(|line| line.tier).collect();
    assert_eq!(
        tiers,
        [1, 1, 2],
        "five of the new year's ten reach the second tier"
    );
}
