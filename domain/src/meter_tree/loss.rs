//! V20: what is lost between a master meter and those behind it.

use rust_decimal::{Decimal, RoundingStrategy};

use super::LossBounds;
use crate::units::{Percent, Quantity};

/// What a master and the meters directly behind it counted in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossFigures {
    pub master: Quantity,
    /// All that somebody pays for, the deducted ones included.
    pub subs: Quantity,
    /// Those whose usage comes off the master's bill.
    pub deducted: Quantity,
    pub common: Quantity,
}

/// From ordinary to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossVerdict {
    Within,
    /// More or less than the bounds allow: worth a look.
    OutOfBounds,
    /// The deducted meters counted more than the master they hang behind.
    Impossible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    pub quantity: Quantity,
    /// Of the master's usage; none where the master counted nothing.
    pub percent: Option<Percent>,
    pub verdict: LossVerdict,
}

impl LossFigures {
    /// None where a figure is beyond what can be counted.
    pub fn assess(self, bounds: LossBounds) -> Option<Loss> {
        let quantity = self
            .master
            .checked_sub(self.subs)?
            .checked_sub(self.common)?;
        let share = self.percent_of_master(quantity);
        let verdict = if self.deducted > self.master {
            LossVerdict::Impossible
        } else if self.is_ordinary(quantity, bounds) {
            LossVerdict::Within
        } else {
            LossVerdict::OutOfBounds
        };
        let percent = share
            .map(|share| share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
        Some(Loss {
            quantity,
            percent: percent.and_then(|percent| Percent::try_new(percent).ok()),
            verdict,
        })
    }

    fn percent_of_master(self, quantity: Quantity) -> Option<Decimal> {
        let part = quantity.value().checked_mul(Decimal::ONE_HUNDRED)?;
        part.checked_div(self.master.value())
    }

    /// Judged before rounding: 5.004 % is more than 5 %.
    fn is_ordinary(self, quantity: Quantity, bounds: LossBounds) -> bool {
        match self.percent_of_master(quantity) {
            Some(share) => (bounds.low.value()..=bounds.high.value()).contains(&share),
            None => quantity.is_zero(),
        }
    }
}
