//! Which line of the bank's statement may be the one a claim speaks of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::units::{AccountNo, Fen};

/// A line further from the claimed day than this is no suggestion.
const DAYS_MAX: i64 = 31;

/// What is compared: of a claim, or of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFacts<'a> {
    pub amount: Fen,
    pub on: NaiveDate,
    pub accounts: &'a [AccountNo],
}

/// Why a line is suggested, the strongest reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchReason {
    SameAmount,
    /// The memo names an account of the claim.
    AccountNamed,
    /// 数字颠倒: the same digits in another order.
    DigitsSwapped,
}

/// How well a line fits a claim, and by how many days it is off; `None` when nothing speaks for it.
/// Smaller is closer.
pub fn closeness(claim: &LineFacts<'_>, line: &LineFacts<'_>) -> Option<(MatchReason, i64)> {
    let days = (line.on - claim.on).num_days().abs();
    if days > DAYS_MAX {
        return None;
    }
    let named = line.accounts.iter().any(|no| claim.accounts.contains(no));
    let reason = if line.amount == claim.amount {
        MatchReason::SameAmount
    } else if named {
        MatchReason::AccountNamed
    } else if digits(line.amount) == digits(claim.amount) {
        MatchReason::DigitsSwapped
    } else {
        return None;
    };
    Some((reason, days))
}

fn digits(amount: Fen) -> Vec<char> {
    let mut digits: Vec<char> = amount.value().to_string().chars().collect();
    digits.sort_unstable();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(amount: i64, on: &str, accounts: &'static [AccountNo]) -> LineFacts<'static> {
        LineFacts {
            amount: Fen::new(amount),
            on: on.parse().unwrap(),
            accounts,
        }
    }

    #[test]
    fn r28_the_same_amount_is_closer_than_a_named_account_and_that_than_swapped_digits() {
        let accounts: &'static [AccountNo] = vec!["A1".parse().unwrap()].leak();
        let claim = facts(128_640, "2026-09-14", accounts);
        let close = |amount, on, accounts| closeness(&claim, &facts(amount, on, accounts));
        assert_eq!(
            close(128_640, "2026-09-16", &[]),
            Some((MatchReason::SameAmount, 2))
        );
        assert_eq!(
            close(500, "2026-09-13", accounts),
            Some((MatchReason::AccountNamed, 1))
        );
        assert_eq!(
            close(126_840, "2026-09-16", &[]),
            Some((MatchReason::DigitsSwapped, 2))
        );
        assert_eq!(close(126_841, "2026-09-16", &[]), None);
        assert_eq!(close(128_640, "2026-11-16", &[]), None);
    }
}
