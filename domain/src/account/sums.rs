//! Sums of money by commodity, and how money is shared out.

use super::bill::CommodityAmount;
use crate::units::{self, Commodity, Fen};

pub(super) fn amount_of(parts: &[CommodityAmount], commodity: Commodity) -> Fen {
    parts
        .iter()
        .filter(|part| part.commodity == commodity)
        .fold(Fen::ZERO, |sum, part| plus(sum, part.amount))
}

pub(super) fn sum(parts: &[CommodityAmount]) -> Fen {
    parts
        .iter()
        .fold(Fen::ZERO, |sum, part| plus(sum, part.amount))
}

/// Nothing falls below nothing: what a note takes was made free before it.
pub(super) fn add_part(parts: &mut Vec<CommodityAmount>, added: &CommodityAmount) {
    match parts
        .iter_mut()
        .find(|part| part.commodity == added.commodity)
    {
        Some(part) => part.amount = plus(part.amount, added.amount).max(Fen::ZERO),
        None => parts.push(CommodityAmount {
            commodity: added.commodity,
            amount: added.amount.max(Fen::ZERO),
        }),
    }
}

/// Sums of what `handle` has let in cannot leave the range: it checks the room first.
pub(super) fn plus(one: Fen, other: Fen) -> Fen {
    one.checked_add(other).unwrap_or(Fen::new(i64::MAX))
}

pub(super) fn minus(one: Fen, other: Fen) -> Fen {
    one.checked_sub(other).unwrap_or(Fen::ZERO)
}

/// Shares `amount` out by what is owed of each, ties to the first.
pub(super) fn split(amount: Fen, weights: &[Fen]) -> Vec<Fen> {
    let weights: Vec<u128> = weights
        .iter()
        .map(|weight| u128::try_from(weight.value()).unwrap_or(0))
        .collect();
    // The product of two amounts of money fits.
    units::split(amount, &weights).unwrap_or_else(|| vec![Fen::ZERO; weights.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(values: &[i64]) -> Vec<Fen> {
        values.iter().copied().map(Fen::new).collect()
    }

    #[test]
    fn a_split_is_exact_and_gives_ties_to_the_first() {
        assert_eq!(split(Fen::new(100), &fen(&[1, 1, 1])), fen(&[34, 33, 33]));
        assert_eq!(split(Fen::new(1), &fen(&[1, 3])), fen(&[0, 1]));
        assert_eq!(split(Fen::new(5), &fen(&[0, 5])), fen(&[0, 5]));
        assert_eq!(
            split(Fen::new(i64::MAX), &fen(&[i64::MAX / 2, i64::MAX / 2 + 1])),
            fen(&[i64::MAX / 2, i64::MAX / 2 + 1])
        );
    }
}
