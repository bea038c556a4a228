use std::result::Result;

use async_graphql::{InputObject, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::units::{self, Index, RateIndexes};

use crate::support::{Decimal, RateRegister, by_rate, field};

/// What a register of a time-of-use meter shows.
#[derive(InputObject)]
pub struct RateInput {
    rate: RateRegister,
    index: Decimal,
}

/// 分时示数: what a register of a time-of-use meter showed.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct RateIndex {
    rate: RateRegister,
    index: Decimal,
}

impl From<(&units::RateRegister, &Index)> for RateIndex {
    fn from((rate, index): (&units::RateRegister, &Index)) -> Self {
        Self {
            rate: (*rate).into(),
            index: (*index).into(),
        }
    }
}

pub fn rate_indexes(given: &[RateInput]) -> Result<RateIndexes, Rejection> {
    let index = |input: &RateInput| field("rates", Index::try_new(input.index.0));
    by_rate("rates", given.iter().map(|it| (it.rate, index(it))))
}
