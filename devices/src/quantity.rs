//! Numbers as a meter keeps them: digits, where the point is, and the unit.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::bcd;

/// What a number counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub enum Unit {
    #[default]
    #[serde(rename = "")]
    None,
    #[serde(rename = "kWh")]
    KilowattHour,
    #[serde(rename = "kvarh")]
    KilovarHour,
    #[serde(rename = "kVAh")]
    KilovoltAmpereHour,
    #[serde(rename = "Wh")]
    WattHour,
    #[serde(rename = "MWh")]
    MegawattHour,
    #[serde(rename = "kJ")]
    Kilojoule,
    #[serde(rename = "MJ")]
    Megajoule,
    #[serde(rename = "GJ")]
    Gigajoule,
    #[serde(rename = "W")]
    Watt,
    #[serde(rename = "kW")]
    Kilowatt,
    #[serde(rename = "MW")]
    Megawatt,
    #[serde(rename = "kvar")]
    Kilovar,
    #[serde(rename = "kVA")]
    KilovoltAmpere,
    #[serde(rename = "V")]
    Volt,
    #[serde(rename = "A")]
    Ampere,
    #[serde(rename = "Hz")]
    Hertz,
    #[serde(rename = "deg")]
    Degree,
    #[serde(rename = "Cel")]
    Celsius,
    #[serde(rename = "L")]
    Litre,
    #[serde(rename = "m3")]
    CubicMetre,
    #[serde(rename = "L/h")]
    LitrePerHour,
    #[serde(rename = "m3/h")]
    CubicMetrePerHour,
    #[serde(rename = "h")]
    Hour,
    #[serde(rename = "min")]
    Minute,
    #[serde(rename = "yuan")]
    Yuan,
    #[serde(rename = "times")]
    Times,
    #[serde(rename = "imp/kWh")]
    ImpulsePerKilowattHour,
    #[serde(rename = "imp/kvarh")]
    ImpulsePerKilovarHour,
}

impl Unit {
    /// Its symbol, in ASCII.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::None => "",
            Self::KilowattHour => "kWh",
            Self::KilovarHour => "kvarh",
            Self::KilovoltAmpereHour => "kVAh",
            Self::WattHour => "Wh",
            Self::MegawattHour => "MWh",
            Self::Kilojoule => "kJ",
            Self::Megajoule => "MJ",
            Self::Gigajoule => "GJ",
            Self::Watt => "W",
            Self::Kilowatt => "kW",
            Self::Megawatt => "MW",
            Self::Kilovar => "kvar",
            Self::KilovoltAmpere => "kVA",
            Self::Volt => "V",
            Self::Ampere => "A",
            Self::Hertz => "Hz",
            Self::Degree => "deg",
            Self::Celsius => "Cel",
            Self::Litre => "L",
            Self::CubicMetre => "m3",
            Self::LitrePerHour => "L/h",
            Self::CubicMetrePerHour => "m3/h",
            Self::Hour => "h",
            Self::Minute => "min",
            Self::Yuan => "yuan",
            Self::Times => "times",
            Self::ImpulsePerKilowattHour => "imp/kWh",
            Self::ImpulsePerKilovarHour => "imp/kvarh",
        }
    }
}

/// `digits` × 10^-`decimals`, exactly: what the meter shows, with as many decimals as it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    pub digits: i64,
    pub decimals: u8,
    pub unit: Unit,
}

impl fmt::Display for Quantity {
    /// The number alone, without its unit.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0>1$}", self.digits.unsigned_abs(), decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.digits < 0 { "-" } else { "" };
        let point = if decimals == 0 { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{fraction}")
    }
}

/// The text is no decimal number a meter could hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不是十进制数")]
pub struct DecimalError;

/// A decimal number without a unit: its digits and how many of them are behind the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub digits: i64,
    pub decimals: u8,
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, number) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain || number.ends_with('.') || digits.len() > 18 {
            return Err(DecimalError);
        }
        let digits: i64 = digits.parse().map_err(|_| DecimalError)?;
        Ok(Self {
            digits: if negative { -digits } else { digits },
            decimals: u8::try_from(fraction.len()).map_err(|_| DecimalError)?,
        })
    }
}

/// One field of an answer: a meter without the part answers FF, and lines damage bytes. Neither
/// is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<T> {
    Present(T),
    /// All FF: this meter has no such value.
    NotFitted,
    /// Bytes that no meter may send here.
    Damaged,
}

impl<T> Field<T> {
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::NotFitted | Self::Damaged => None,
        }
    }

    /// All FF is not fitted; what `read` does not understand is damaged.
    pub(crate) fn read(bytes: &[u8], read: impl FnOnce(&[u8]) -> Option<T>) -> Self {
        if bytes.iter().all(|byte| *byte == 0xFF) {
            Self::NotFitted
        } else {
            read(bytes).map_or(Self::Damaged, Self::Present)
        }
    }
}

/// How a number is laid out: 4 bytes with 2 decimals are XXXXXX.XX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub bytes: u8,
    pub decimals: u8,
    /// Bit 7 of the highest byte is a minus.
    pub signed: bool,
    pub unit: Unit,
    /// Against the standards: the highest byte comes first.
    pub high_first: bool,
}

impl Format {
    /// No number of these protocols is longer.
    pub const BYTES_MAX: u8 = 8;

    pub const fn new(bytes: u8, decimals: u8, unit: Unit) -> Self {
        Self {
            bytes,
            decimals,
            signed: false,
            unit,
            high_first: false,
        }
    }

    #[must_use]
    pub const fn signed(self) -> Self {
        Self {
            signed: true,
            ..self
        }
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        usize::from(self.bytes.clamp(1, Self::BYTES_MAX))
    }

    /// Reads one field; `bytes` of another length are damage.
    pub fn read(&self, bytes: &[u8]) -> Field<Quantity> {
        Field::read(bytes, |bytes| self.number(bytes))
    }

    fn number(self, bytes: &[u8]) -> Option<Quantity> {
        let mut low_first = [0; Self::BYTES_MAX as usize];
        let low_first = low_first.get_mut(..self.size())?;
        if bytes.len() != low_first.len() {
            return None;
        }
        low_first.copy_from_slice(bytes);
        if self.high_first {
            low_first.reverse();
        }
        let mut negative = false;
        if let (true, Some(top)) = (self.signed, low_first.last_mut()) {
            negative = *top & 0x80 != 0;
            *top &= 0x7F;
        }
        let digits = bcd::read(low_first)?;
        Some(Quantity {
            digits: if negative { -digits } else { digits },
            decimals: self.decimals,
            unit: self.unit,
        })
    }

    /// The bytes of a number with exactly this format's decimals; nothing if it does not fit.
    pub fn write(&self, digits: i64) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.size()];
        if !bcd::write(digits.checked_abs()?, &mut bytes) || digits < 0 && !self.signed {
            return None;
        }
        let top = bytes.last_mut()?;
        if self.signed {
            if *top & 0x80 != 0 {
                return None;
            }
            *top |= if digits < 0 { 0x80 } else { 0 };
        }
        if self.high_first {
            bytes.reverse();
        }
        Some(bytes)
    }

    /// A text such as "12.3", with no more decimals than the format has, as bytes.
    pub fn write_text(&self, text: &str) -> Option<Vec<u8>> {
        let number: Decimal = text.parse().ok()?;
        let missing = self.decimals.checked_sub(number.decimals)?;
        let factor = 10_i64.checked_pow(u32::from(missing))?;
        self.write(number.digits.checked_mul(factor)?)
    }
}
