//! How money is shared out: whole fen by largest remainder, so that the shares sum exactly.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Fen, Quantity};

/// Quantities and areas have at most so many decimals.
const PLACES: u32 = 8;

/// A decimal weight as a whole one; `None` for one below nought, or out of range.
pub fn weight(value: Decimal) -> Option<u128> {
    let whole = value.checked_mul(Decimal::from(10_u64.pow(PLACES)))?;
    whole.trunc().to_u128()
}

/// The largest remainders get what is left over.
fn split_whole(whole: u128, weights: &[u128]) -> Option<Vec<u128>> {
    let total = weights
        .iter()
        .try_fold(0_u128, |sum, weight| sum.checked_add(*weight))?;
    if total == 0 {
        return Some(vec![0; weights.len()]);
    }
    let mut shares = Vec::with_capacity(weights.len());
    for weight in weights {
        let product = whole.checked_mul(*weight)?;
        shares.push((product / total, product % total));
    }
    let given: u128 = shares.iter().map(|(share, _)| share).sum();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    // Stable: of equal remainders the first goes first.
    order.sort_by(|one, other| shares[*other].1.cmp(&shares[*one].1));
    let mut rest = whole - given;
    for place in order {
        if rest > 0 {
            shares[place].0 += 1;
            rest -= 1;
        }
    }
    Some(shares.into_iter().map(|(share, _)| share).collect())
}

/// Shares a usage out the same way, by two decimals, or as many as it has.
pub fn split_quantity(quantity: Quantity, weights: &[u128]) -> Option<Vec<Quantity>> {
    let mut value = quantity.value();
    value.rescale(value.scale().max(2));
    let shares = split_whole(u128::try_from(value.mantissa()).ok()?, weights)?;
    let share = |share: u128| {
        let share = Decimal::try_from_i128_with_scale(i128::try_from(share).ok()?, value.scale());
        Quantity::try_new(share.ok()?).ok()
    };
    shares.into_iter().map(share).collect()
}

/// Shares `amount` out by weight; ties go to the first, so that who comes first has to be settled
/// before. Nothing to share by, and there are no shares: all are nought. `None` where the numbers are
/// too large to be multiplied.
pub fn split(amount: Fen, weights: &[u128]) -> Option<Vec<Fen>> {
    let shares = split_whole(u128::from(amount.value().unsigned_abs()), weights)?;
    let signed = |share: u128| {
        let share = i64::try_from(share).ok()?;
        Some(Fen::new(if amount.is_negative() { -share } else { share }))
    };
    shares.into_iter().map(signed).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn fen(values: &[i64]) -> Vec<Fen> {
        values.iter().copied().map(Fen::new).collect()
    }

    #[test]
    fn e6_shares_by_person_days_sum_to_the_fen() {
        let shares = split(Fen::new(2178), &[30, 30, 30, 15]);
        assert_eq!(shares, Some(fen(&[623, 622, 622, 311])));
    }

    #[test]
    fn ties_go_to_the_first_and_nothing_is_shared_by_nothing() {
        assert_eq!(split(Fen::new(100), &[1, 1, 1]), Some(fen(&[34, 33, 33])));
        assert_eq!(
            split(Fen::new(-100), &[1, 1, 1]),
            Some(fen(&[-34, -33, -33]))
        );
        assert_eq!(split(Fen::new(5), &[0, 0]), Some(fen(&[0, 0])));
        assert_eq!(split(Fen::new(5), &[]), Some(fen(&[])));
        assert_eq!(split(Fen::new(i64::MAX), &[u128::MAX, 1]), None);
        assert_eq!(weight("-1".parse().unwrap()), None);
        assert_eq!(weight("1.5".parse().unwrap()), Some(150_000_000));
    }

    proptest! {
        #[test]
        fn a_split_sums_exactly_and_none_is_off_by_a_fen(
            amount in 0_i64..1_000_000_000, weights in prop::collection::vec(0_u128..1_000_000, 1..40),
        ) {
            let total: u128 = weights.iter().sum();
            prop_assume!(total > 0);
            let shares = split(Fen::new(amount), &weights).unwrap();
            prop_assert_eq!(Fen::checked_sum(shares.iter().copied()), Some(Fen::new(amount)));
            for (share, weight) in shares.iter().zip(&weights) {
                prop_assert!(!share.is_negative());
                prop_assert!(*weight > 0 || share.is_zero());
                let exact = i128::from(amount) * i128::try_from(*weight).unwrap();
                let given = i128::from(share.value()) * i128::try_from(total).unwrap();
                prop_assert!((exact - given).abs() < i128::try_from(total).unwrap());
            }
        }

        /// Sorted by who they are, as every caller does, shares do not depend on the order of entry.
        #[test]
        fn a_split_does_not_depend_on_the_order_of_entry(
            amount in 0_i64..1_000_000, weights in prop::collection::vec(0_u128..6, 1..20), turn in 0_usize..20,
        ) {
            let named: Vec<(usize, u128)> = weights.iter().copied().enumerate().collect();
            let mut turned = named.clone();
            turned.rotate_left(turn % named.len());
            let shares = |entered: &[(usize, u128)]| {
                let sorted: BTreeMap<usize, u128> = entered.iter().copied().collect();
                let weights: Vec<u128> = sorted.values().copied().collect();
                split(Fen::new(amount), &weights)
            };
            prop_assert_eq!(shares(&named), shares(&turned));
        }
    }
}
