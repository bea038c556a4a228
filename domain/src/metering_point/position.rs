use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::units::{ValueError, parse_decimal};

const WHAT: &str = "坐标";
/// A metre is the fifth place; phones tell more than they know.
const PLACES: u32 = 7;

/// Degrees of latitude or longitude (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Coordinate(Decimal);

impl Coordinate {
    pub fn try_new(degrees: Decimal) -> Result<Self, ValueError> {
        if degrees.abs() > Decimal::from(180) {
            return Err(ValueError::OutOfRange { what: WHAT });
        }
        let strategy = RoundingStrategy::MidpointAwayFromZero;
        Ok(Self(degrees.round_dp_with_strategy(PLACES, strategy)))
    }

    pub const fn value(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Coordinate {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::try_new(parse_decimal(text, WHAT)?)
    }
}

impl TryFrom<String> for Coordinate {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<Coordinate> for String {
    fn from(coordinate: Coordinate) -> Self {
        coordinate.to_string()
    }
}

/// Where a phone stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub latitude: Coordinate,
    pub longitude: Coordinate,
    /// How far off the phone says it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<u32>,
}

impl Position {
    /// No latitude is beyond the poles.
    pub fn is_on_earth(&self) -> bool {
        self.latitude.value().abs() <= Decimal::from(90)
    }
}
