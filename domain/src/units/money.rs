use std::fmt;
use std::str::FromStr;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{ValueError, normalise_digits};

/// An amount of money in fen. Every operation that could overflow says so.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(i64);

impl Fen {
    pub const ZERO: Self = Self(0);

    pub const fn new(value: i64) -> Self {
        Self(value)
    }

    pub const fn value(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    pub fn checked_sum<I: IntoIterator<Item = Self>>(amounts: I) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Rounds to the fen, half away from zero: the one rounding a bill line gets.
    pub fn from_yuan_half_up(yuan: Decimal) -> Option<Self> {
        yuan.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
            .checked_mul(Decimal::ONE_HUNDRED)?
            .to_i64()
            .map(Self)
    }

    /// The same amount in yuan, always with two decimals.
    pub fn to_yuan(self) -> Decimal {
        Decimal::new(self.0, 2)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

impl FromStr for Fen {
    type Err = ValueError;

    /// Reads yuan with at most two decimals; a finer amount is refused, never rounded.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        const WHAT: &str = "金额";
        let text = normalise_digits(text);
        if text.is_empty() {
            return Err(ValueError::Empty { what: WHAT });
        }
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.as_str()),
        };
        let (yuan, fen) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(yuan) || !digits(fen) {
            return Err(ValueError::NotANumber { what: WHAT });
        }
        if fen.len() > 2 {
            return Err(ValueError::TooPrecise {
                what: WHAT,
                places: 2,
            });
        }
        let out_of_range = || ValueError::OutOfRange { what: WHAT };
        // "12.5" means 50 fen, so the fraction is filled up on the right.
        let value: i128 = format!("{yuan}{fen:0<2}")
            .parse()
            .map_err(|_| out_of_range())?;
        i64::try_from(sign * value)
            .map(Self)
            .map_err(|_| out_of_range())
    }
}
