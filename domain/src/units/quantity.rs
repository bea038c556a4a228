use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ValueError, parse_decimal};

/// What a meter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commodity {
    Water,
    Electricity,
}

impl Commodity {
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Water => "m³",
            Self::Electricity => "kWh",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Water => "水",
            Self::Electricity => "电",
        }
    }

    /// The name used in bill lines and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Electricity => "electricity",
        }
    }
}

impl fmt::Display for Commodity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Commodity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.trim() {
            "water" | "水" => Ok(Self::Water),
            "electricity" | "电" => Ok(Self::Electricity),
            _ => Err(ValueError::BadFormat {
                what: "用能类型"
            }),
        }
    }
}

/// No campus counts to 10¹², and below it 28 digits hold every product of two values exactly
/// enough for one rounding to the fen.
const WHOLE_DIGITS: u32 = 12;
const PLACES: u32 = 8;

enum Sign {
    Any,
    NotNegative,
    Positive,
}

fn checked(value: Decimal, sign: &Sign, what: &'static str) -> Result<Decimal, ValueError> {
    match sign {
        Sign::NotNegative if value < Decimal::ZERO => return Err(ValueError::Negative { what }),
        Sign::Positive if value <= Decimal::ZERO => return Err(ValueError::NotPositive { what }),
        _ => {}
    }
    if value.normalize().scale() > PLACES {
        return Err(ValueError::TooPrecise {
            what,
            places: PLACES,
        });
    }
    if value.abs() >= Decimal::from(10_u64.pow(WHOLE_DIGITS)) {
        return Err(ValueError::OutOfRange { what });
    }
    Ok(value)
}

macro_rules! decimal_value {
    ($(#[$doc:meta])* $name:ident, $what:literal, $sign:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Decimal);

        impl $name {
            pub fn try_new(value: Decimal) -> Result<Self, ValueError> {
                checked(value, &Sign::$sign, $what).map(Self)
            }

            pub const fn value(self) -> Decimal {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::try_new(parse_decimal(text, $what)?)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<Self, ValueError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

decimal_value!(
    /// What a dial shows. Two of them make a usage only through [`Index::since`].
    Index, "读数", NotNegative
);
decimal_value!(
    /// A usage in the commodity's unit; negative where it corrects an earlier one.
    Quantity, "用量", Any
);
decimal_value!(
    /// Yuan per unit.
    UnitPrice, "单价", NotNegative
);
decimal_value!(
    /// 分时价差: what a unit costs more in the hours of a rate, or less where negative, in yuan.
    PriceDelta, "分时价差", Any
);
decimal_value!(
    /// What a unit costs on a line of a bill, in yuan; negative where the line takes off.
    LinePrice, "单价", Any
);
decimal_value!(
    /// A part of something in hundredths; negative where there is too much of it.
    Percent, "百分比", Any
);
decimal_value!(
    /// 面积, in square metres.
    Area, "面积", NotNegative
);
decimal_value!(
    /// What one step of the dial stands for (倍率).
    Multiplier, "倍率", Positive
);

impl From<UnitPrice> for LinePrice {
    fn from(price: UnitPrice) -> Self {
        Self(price.0)
    }
}

impl From<PriceDelta> for LinePrice {
    fn from(delta: PriceDelta) -> Self {
        Self(delta.0)
    }
}

impl LinePrice {
    pub const ZERO: Self = Self(Decimal::ZERO);
}

impl Index {
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// How far the dial moved from `earlier`, before any multiplier; negative if it went back.
    pub fn since(self, earlier: Self) -> Quantity {
        Quantity(self.0 - earlier.0)
    }
}

impl Quantity {
    pub const ZERO: Self = Self(Decimal::ZERO);

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::try_new(self.0.checked_add(other.0)?).ok()
    }

    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::try_new(self.0.checked_sub(other.0)?).ok()
    }

    pub fn checked_mul(self, multiplier: Multiplier) -> Option<Self> {
        Self::try_new(self.0.checked_mul(multiplier.0)?).ok()
    }

    pub fn checked_sum<I: IntoIterator<Item = Self>>(quantities: I) -> Option<Self> {
        quantities
            .into_iter()
            .try_fold(Self::ZERO, Self::checked_add)
    }
}

impl Percent {
    pub const MINUS_ONE: Self = Self(Decimal::NEGATIVE_ONE);
    pub const FIVE: Self = Self(Decimal::from_parts(5, 0, 0, false, 0));
}

impl Multiplier {
    pub const ONE: Self = Self(Decimal::ONE);
}
