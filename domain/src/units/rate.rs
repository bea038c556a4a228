//! 尖峰平谷: the registers of a time-of-use meter, and what they counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Index, Quantity};

/// 费率寄存器
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl RateRegister {
    pub const ALL: [Self; 4] = [Self::Sharp, Self::Peak, Self::Flat, Self::Valley];
    /// What every time-of-use meter has; not all have a rate for the sharp hours.
    pub const EXPECTED: [Self; 3] = [Self::Peak, Self::Flat, Self::Valley];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sharp => "尖",
            Self::Peak => "峰",
            Self::Flat => "平",
            Self::Valley => "谷",
        }
    }
}

/// What the registers of a time-of-use meter show, beside the total.
pub type RateIndexes = BTreeMap<RateRegister, Index>;

/// 分时电量: what each register counted, or what was used in its hours. A register that is missing
/// counted nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RateQuantities(BTreeMap<RateRegister, Quantity>);

impl RateQuantities {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of(&self, register: RateRegister) -> Quantity {
        self.0.get(&register).copied().unwrap_or(Quantity::ZERO)
    }

    /// In the order of the registers, without those that counted nothing.
    pub fn iter(&self) -> impl Iterator<Item = (RateRegister, Quantity)> {
        self.0
            .iter()
            .map(|(register, quantity)| (*register, *quantity))
    }

    /// None where the sum is more than a quantity can hold.
    #[must_use]
    pub fn plus(mut self, register: RateRegister, quantity: Quantity) -> Option<Self> {
        let sum = self.of(register).checked_add(quantity)?;
        let sum = Quantity::try_new(sum.value().normalize()).ok()?;
        if sum.is_zero() {
            self.0.remove(&register);
        } else {
            self.0.insert(register, sum);
        }
        Some(self)
    }

    /// What was counted after an earlier state; less than nothing where a reading was corrected.
    pub fn since(&self, earlier: &Self) -> Option<Self> {
        let mut registers = RateRegister::ALL.into_iter();
        registers.try_fold(Self::default(), |since, register| {
            let moved = self.of(register).checked_sub(earlier.of(register))?;
            since.plus(register, moved)
        })
    }
}
