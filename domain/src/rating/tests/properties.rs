use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::units::{Fen, Quantity, UnitPrice};

fn amount(hundredths: i64) -> Quantity {
    Quantity::try_new(Decimal::new(hundredths, 2)).unwrap()
}

fn any_version(from: NaiveDate) -> impl Strategy<Value = TariffVersion> {
    let limits = prop::collection::btree_set(1_i64..50_000, 0..4);
    (
        limits,
        prop::collection::vec(0_i64..200_000, 5),
        0_i64..20_000,
    )
        .prop_map(move |(limits, prices, surcharge)| {
            let price = |n: i64| UnitPrice::try_new(Decimal::new(n, 4)).unwrap();
            let limits = limits
                .into_iter()
                .map(|limit| Some(amount(limit)))
                .chain([None]);
            let tiers = limits
                .zip(prices)
                .map(|(up_to, n)| Tier {
                    up_to,
                    price: price(n),
                })
                .collect();
            let surcharges = vec![Surcharge {
                name: "sewage".to_owned(),
                price: price(surcharge),
            }];
            TariffVersion {
                time_of_use: BTreeMap::new(),
                from,
                to: None,
                tiers,
                surcharges,
                free_allowance: None,
                minimum_charge: None,
            }
        })
}

fn first_day() -> NaiveDate {
    "2026-11-01".parse().unwrap()
}

/// Up to five versions, from long before the period to after it.
fn any_schedule() -> impl Strategy<Value = TariffSchedule> {
    let starts = prop::collection::btree_set(1_u64..100, 0..5);
    let versions = starts.prop_flat_map(|starts| {
        let later = starts.into_iter().map(|days| first_day() + Days::new(days));
        let first = "2020-01-01".parse().unwrap();
        std::iter::once(first)
            .chain(later)
            .map(any_version)
            .collect::<Vec<_>>()
    });
    let modes = (any::<bool>(), any::<bool>(), any::<bool>());
    (versions, modes).prop_map(|(versions, (by_day, by_month, monthly))| {
        water(TariffTerms {
            price_change: if by_day {
                PriceChange::ProrateByDay
            } else {
                PriceChange::ByReadingDate
            },
            year_crossing: if by_month {
                YearCrossing::ByBillingMonth
            } else {
                YearCrossing::ByDay
            },
            tier_period: if monthly {
                TierPeriod::Month
            } else {
                TierPeriod::Year
            },
            ..terms(versions)
        })
    })
}

fn any_input() -> impl Strategy<Value = RatingInput> {
    (
        0_u64..40,
        1_u64..100,
        0_i64..60_000,
        0_i64..60_000,
        0_u32..8,
    )
        .prop_map(|(start, days, usage, to_date, persons)| {
            let from = first_day() + Days::new(start);
            RatingInput {
                period: Period::try_new(from, from + Days::new(days)).unwrap(),
                usage: amount(usage),
                quantity_to_date: amount(to_date),
                persons,
                ..input("2026-11-01", "2026-12-01", "0", "0")
            }
        })
}

fn one_part() -> impl Strategy<Value = TariffSchedule> {
    any_version("2020-01-01".parse().unwrap()).prop_map(|version| {
        water(TariffTerms {
            year_crossing: YearCrossing::ByBillingMonth,
            ..terms(vec![version])
        })
    })
}

fn in_one_year(usage: i64, to_date: i64) -> RatingInput {
    RatingInput {
        usage: amount(usage),
        quantity_to_date: amount(to_date),
        ..input("2026-03-01", "2026-04-01", "0", "0")
    }
}

fn by_component(bill: &RatedBill) -> BTreeMap<(String, Option<u32>), Decimal> {
    let mut quantities = BTreeMap::new();
    for line in &bill.lines {
        *quantities
            .entry((line.component.clone(), line.tier))
            .or_default() += line.quantity.value();
    }
    quantities
}

proptest! {
    #[test]
    fn lines_sum_to_the_total_and_to_the_usage(schedule in any_schedule(), input in any_input()) {
        let bill = rate(&schedule, &input).unwrap();
        prop_assert_eq!(Fen::checked_sum(bill.lines.iter().map(|line| line.amount)), Some(bill.total));
        let (tiers, surcharges): (Vec<_>, Vec<_>) =
            bill.lines.iter().partition(|line| line.tier.is_some());
        for lines in [tiers, surcharges] {
            let sum = Quantity::checked_sum(lines.iter().map(|line| line.quantity));
            prop_assert_eq!(sum, Some(input.usage));
        }
        for line in &bill.lines {
            prop_assert!(line.quantity > Quantity::ZERO);
            let exact = line.quantity.value() * line.price.value();
            prop_assert!((line.amount.to_yuan() - exact).abs() <= Decimal::new(5, 3));
        }
        let counted = Quantity::checked_sum(bill.counted.iter().map(|count| count.quantity));
        prop_assert_eq!(counted, Some(input.usage));
    }

    #[test]
    fn tiers_go_on_where_the_last_bill_stopped(
        schedule in one_part(), first in 0_i64..60_000, second in 0_i64..60_000, before in 0_i64..60_000,
    ) {
        let whole = rate(&schedule, &in_one_year(first + second, before)).unwrap();
        let head = rate(&schedule, &in_one_year(first, before)).unwrap();
        let tail = rate(&schedule, &in_one_year(second, before + first)).unwrap();
        let mut joined = by_component(&head);
        for (key, quantity) in by_component(&tail) {
            *joined.entry(key).or_default() += quantity;
        }
        prop_assert_eq!(joined, by_component(&whole));
        prop_assert_eq!(tail.quantity_to_date_after, whole.quantity_to_date_after);
    }

    #[test]
    fn more_usage_never_costs_less_and_never_jumps(
        schedule in one_part(), usage in 0_i64..60_000, more in 1_i64..500, before in 0_i64..60_000,
    ) {
        let less = rate(&schedule, &in_one_year(usage, before)).unwrap().total;
        let bill = rate(&schedule, &in_one_year(usage + more, before)).unwrap();
        prop_assert!(less <= bill.total);
        // The dearest price of all, and half a fen of rounding per line on either side.
        let version = &schedule.versions()[0];
        let dearest = version.tiers.iter().map(|tier| tier.price).max().unwrap().value()
            + version.surcharges[0].price.value();
        let lines = Decimal::from(version.tiers.len() + version.surcharges.len());
        let most = dearest * Decimal::new(more, 2) + lines * Decimal::new(1, 2);
        prop_assert!(bill.total.to_yuan() - less.to_yuan() <= most);
    }

    #[test]
    fn another_person_never_costs_more(
        schedule in one_part(), usage in 0_i64..60_000, before in 0_i64..60_000, persons in 0_u32..9,
    ) {
        let mut terms = schedule.terms().clone();
        // Only where higher tiers cost more, as they do; prices here are drawn at random.
        let mut prices: Vec<_> = terms.versions[0].tiers.iter().map(|tier| tier.price).collect();
        prices.sort();
        for (tier, price) in terms.versions[0].tiers.iter_mut().zip(prices) {
            tier.price = price;
        }
        let schedule = water(terms);
        let exact = |persons| {
            let input = RatingInput { persons, ..in_one_year(usage, before) };
            let bill = rate(&schedule, &input).unwrap();
            bill.lines.iter().map(|line| line.quantity.value() * line.price.value()).sum::<Decimal>()
        };
        prop_assert!(exact(persons + 1) <= exact(persons));
    }
}
