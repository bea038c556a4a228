//! Enums several capabilities speak in.

use std::collections::BTreeMap;
use std::result::Result;

use async_graphql::Enum;
use chaobiao_decision::Rejection;
use chaobiao_domain::units;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "units::Commodity")]
pub enum Commodity {
    Water,
    Electricity,
}

/// 费率: the hours of a time-of-use meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "units::RateRegister")]
pub enum RateRegister {
    /// 尖
    Sharp,
    /// 峰
    Peak,
    /// 平
    Flat,
    /// 谷
    Valley,
}

/// What is given for each rate, none twice.
pub fn by_rate<T>(
    name: &str,
    given: impl IntoIterator<Item = (RateRegister, Result<T, Rejection>)>,
) -> Result<BTreeMap<units::RateRegister, T>, Rejection> {
    let mut rates = BTreeMap::new();
    for (rate, value) in given {
        if rates.insert(rate.into(), value?).is_some() {
            return Err(Rejection::new("RATE_TWICE", "同一费率不能填写两次").on(name));
        }
    }
    Ok(rates)
}
