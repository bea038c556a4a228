//! The unit codes. The two codes after each mean ten and a hundred times the unit.

use crate::quantity::{Quantity, Unit};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Energy,
    Power,
    Volume,
    Flow,
}

/// One code of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitCode {
    pub code: u8,
    pub unit: Unit,
    pub kind: Kind,
}

const fn row(code: u8, unit: Unit, kind: Kind) -> UnitCode {
    UnitCode { code, unit, kind }
}

/// The codes of the standard.
pub const UNITS: [UnitCode; 13] = [
    row(0x02, Unit::WattHour, Kind::Energy),
    row(0x05, Unit::KilowattHour, Kind::Energy),
    row(0x08, Unit::MegawattHour, Kind::Energy),
    row(0x0B, Unit::Kilojoule, Kind::Energy),
    row(0x0E, Unit::Megajoule, Kind::Energy),
    row(0x11, Unit::Gigajoule, Kind::Energy),
    row(0x14, Unit::Watt, Kind::Power),
    row(0x17, Unit::Kilowatt, Kind::Power),
    row(0x1A, Unit::Megawatt, Kind::Power),
    row(0x29, Unit::Litre, Kind::Volume),
    row(0x2C, Unit::CubicMetre, Kind::Volume),
    row(0x32, Unit::LitrePerHour, Kind::Flow),
    row(0x35, Unit::CubicMetrePerHour, Kind::Flow),
];

/// The unit of a code, and the power of ten it is multiplied by.
pub fn unit(code: u8) -> Option<(UnitCode, u8)> {
    let mut rows = UNITS.into_iter();
    let found = rows.find(|row| (row.code..row.code + 3).contains(&code))?;
    Some((found, code - found.code))
}

/// Moves the point: what was counted in tens of a unit is counted in units.
pub(super) fn multiplied(quantity: Quantity, power: u8) -> Option<Quantity> {
    let moved = power.min(quantity.decimals);
    let factor = 10_i64.checked_pow(u32::from(power - moved))?;
    Some(Quantity {
        digits: quantity.digits.checked_mul(factor)?,
        decimals: quantity.decimals - moved,
        unit: quantity.unit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_after_one_are_its_multiples() {
        let (row, power) = unit(0x2E).unwrap();
        assert_eq!((row.unit, power), (Unit::CubicMetre, 2));
        let quantity = Quantity {
            digits: 12_345,
            decimals: 2,
            unit: row.unit,
        };
        assert_eq!(multiplied(quantity, 1).unwrap().to_string(), "1234.5");
        assert_eq!(multiplied(quantity, 2).unwrap().to_string(), "12345");
        let whole = Quantity {
            decimals: 0,
            ..quantity
        };
        assert_eq!(multiplied(whole, 2).unwrap().to_string(), "1234500");
        assert_eq!(unit(0x00), None);
        assert_eq!(unit(0x2F), None);
    }
}
