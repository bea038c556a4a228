//! Data identifiers, and families of them.

use std::fmt;

/// A family of identifiers, written in hexadecimal digits with variables: `TT` (or `T`) is a
/// tariff, `HH` a settlement day back, `NN` (or `N`) any number, `X` anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    value: u32,
    mask: u32,
    digits: u8,
    tariff: Variable,
    history: Variable,
    number: Variable,
}

/// Where a variable stands, if it does, and its greatest value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Variable {
    mask: u32,
    max: u32,
}

impl Variable {
    const fn grown(self, shift: u32) -> Self {
        Self {
            mask: self.mask | 0xF << shift,
            max: self.max,
        }
    }

    fn of(self, di: u32) -> Option<u32> {
        (self.mask != 0).then(|| (di & self.mask) >> self.mask.trailing_zeros())
    }

    fn allows(self, di: u32) -> bool {
        self.of(di).is_none_or(|value| value <= self.max)
    }
}

impl Pattern {
    /// Reads a pattern of four (two bytes) or eight digits.
    pub const fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 4 && text.len() != 8 {
            return None;
        }
        let mut pattern = Self {
            value: 0,
            mask: 0,
            digits: if text.len() == 4 { 4 } else { 8 },
            // Tariffs are numbered to 3FH, or to EH where a nibble has to do.
            tariff: Variable {
                mask: 0,
                max: if text.len() == 4 { 0xE } else { 0x3F },
            },
            history: Variable { mask: 0, max: 0x0C },
            number: Variable { mask: 0, max: 0xFE },
        };
        let mut place = 0;
        let mut shift = if text.len() == 4 { 16 } else { 32 };
        while place < text.len() {
            shift -= 4;
            let digit = text[place];
            match digit {
                b'T' => pattern.tariff = pattern.tariff.grown(shift),
                b'H' => pattern.history = pattern.history.grown(shift),
                b'N' => pattern.number = pattern.number.grown(shift),
                b'X' => {}
                b'0'..=b'9' => pattern = pattern.fixed(digit - b'0', shift),
                b'A'..=b'F' => pattern = pattern.fixed(digit - b'A' + 10, shift),
                _ => return None,
            }
            place += 1;
        }
        Some(pattern)
    }

    const fn fixed(mut self, digit: u8, shift: u32) -> Self {
        self.value |= (digit as u32) << shift;
        self.mask |= 0xF << shift;
        self
    }

    /// A pattern of the tables; a bad one does not compile.
    pub(crate) const fn of(text: &str) -> Self {
        match Self::parse(text) {
            Some(pattern) => pattern,
            None => panic!("no pattern"),
        }
    }

    /// Bytes of the identifiers.
    pub fn bytes(&self) -> u8 {
        self.digits / 2
    }

    pub fn matches(&self, di: u32) -> bool {
        di & self.mask == self.value
            && self.tariff.allows(di)
            && self.history.allows(di)
            && self.number.allows(di)
    }

    /// Puts what the variables are in `di` into a name: `energy_{t}` is `energy_1`.
    pub fn fill(&self, template: &str, di: u32) -> String {
        let mut name = template.replace("{di}", &self.text(di));
        for (mark, variable) in [
            ("{t}", self.tariff),
            ("{h}", self.history),
            ("{n}", self.number),
        ] {
            if let Some(value) = variable.of(di) {
                name = name.replace(mark, &value.to_string());
            }
        }
        name
    }

    fn text(&self, di: u32) -> String {
        format!("{di:0digits$X}", digits = usize::from(self.digits))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..u32::from(self.digits)).rev() {
            let nibble = 0xF << (place * 4);
            let letter = [
                (self.tariff.mask, 'T'),
                (self.history.mask, 'H'),
                (self.number.mask, 'N'),
            ];
            if self.mask & nibble != 0 {
                write!(formatter, "{:X}", (self.value & nibble) >> (place * 4))?;
            } else {
                let found = letter.iter().find(|(mask, _)| mask & nibble != 0);
                write!(formatter, "{}", found.map_or('X', |(_, letter)| *letter))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_bounds_and_names() {
        let pattern = Pattern::of("0001TTHH");
        assert!(pattern.matches(0x0001_3F0C) && pattern.matches(0x0001_0000));
        assert!(!pattern.matches(0x0001_4000) && !pattern.matches(0x0001_000D));
        assert!(!pattern.matches(0x0001_FF00));
        assert_eq!(pattern.fill("energy_{t}_{h}", 0x0001_100B), "energy_16_11");
        assert_eq!(pattern.to_string(), "0001TTHH");
        let short = Pattern::of("901T");
        assert!(short.matches(0x901E) && !short.matches(0x901F) && short.bytes() == 2);
        assert_eq!(short.fill("energy_{di}", 0x9011), "energy_9011");
        for bad in ["", "901", "901G", "0001TTHHH", "901t"] {
            assert_eq!(Pattern::parse(bad), None, "{bad}");
        }
    }
}
