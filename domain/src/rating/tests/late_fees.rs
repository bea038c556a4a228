use proptest::prelude::*;

use super::*;
use crate::units::{Fen, Percent};

fn date(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// 1 ‰ a day.
fn terms(policy: LateFeePolicy, minimum: i64) -> Vec<LateFeeTerms> {
    vec![LateFeeTerms {
        from: date("2026-01-01"),
        per_day: "0.1"
            .parse::<rust_decimal::Decimal>()
            .map(Percent::try_new)
            .unwrap()
            .unwrap(),
        policy,
        minimum: Fen::new(minimum),
    }]
}

/// The transfer of E4: verified on the 16th, taken back on the 18th.
fn transfer() -> Vec<Settlement> {
    vec![Settlement {
        on: date("2026-09-16"),
        amount: Fen::new(126_840),
        reversed_on: Some(date("2026-09-18")),
    }]
}

fn e4(policy: LateFeePolicy) -> i64 {
    let (due_on, by) = (date("2026-09-15"), date("2026-09-30"));
    let fee = late_fee(
        Fen::new(128_640),
        due_on,
        &transfer(),
        &terms(policy, 0),
        by,
    );
    fee.unwrap().value()
}

#[test]
fn e4_money_that_was_taken_back_counts_by_policy() {
    assert_eq!(e4(LateFeePolicy::AsNeverPaid), 1_930);
    assert_eq!(e4(LateFeePolicy::GoodFaith), 1_676);
}

#[test]
fn e5_a_fee_of_days_is_rounded_once_and_has_no_minimum_unless_terms_set_one() {
    let fee = |minimum| {
        let (due_on, by) = (date("2026-09-30"), date("2026-10-15"));
        let terms = terms(LateFeePolicy::AsNeverPaid, minimum);
        late_fee(Fen::new(6_315), due_on, &[], &terms, by).unwrap()
    };
    assert_eq!(fee(0), Fen::new(95));
    assert_eq!(fee(100), Fen::new(100));
}

#[test]
fn nothing_is_asked_up_to_the_last_day_to_pay_nor_where_no_terms_are_in_force() {
    let principal = Fen::new(10_000);
    let due_on = date("2026-01-05");
    let terms = terms(LateFeePolicy::AsNeverPaid, 100);
    let on_time = late_fee(principal, due_on, &[], &terms, due_on);
    assert_eq!(on_time, Ok(Fen::ZERO));
    let before = late_fee(
        principal,
        date("2025-12-01"),
        &[],
        &terms,
        date("2025-12-31"),
    );
    assert_eq!(before, Ok(Fen::ZERO));
    // Days before the terms cost nothing, and the fee is never more than the bill.
    let later = late_fee(
        principal,
        date("2025-12-01"),
        &[],
        &terms,
        date("2026-01-20"),
    );
    assert_eq!(later, Ok(Fen::new(200)));
    let years = late_fee(principal, due_on, &[], &terms, date("2036-01-01"));
    assert_eq!(years, Ok(principal));
}

proptest! {
    #[test]
    fn good_faith_never_costs_more_and_no_day_makes_a_fee_smaller(
        principal in 1_i64..1_000_000,
        amount in 1_i64..1_000_000,
        on in 0_u64..40,
        stays in 0_u64..40,
        by in 0_u64..60,
    ) {
        let due_on = date("2026-03-01");
        let on = due_on + chrono::Days::new(on);
        let settlements = [Settlement {
            on,
            amount: Fen::new(amount.min(principal)),
            reversed_on: Some(on + chrono::Days::new(stays)),
        }];
        let fee = |policy, by| {
            let by = due_on + chrono::Days::new(by);
            late_fee(Fen::new(principal), due_on, &settlements, &terms(policy, 0), by).unwrap()
        };
        for policy in [LateFeePolicy::AsNeverPaid, LateFeePolicy::GoodFaith] {
            prop_assert!(fee(policy, by) <= fee(policy, by + 1));
        }
        prop_assert!(fee(LateFeePolicy::GoodFaith, by) <= fee(LateFeePolicy::AsNeverPaid, by));
    }
}
