use thiserror::Error;

/// An index as it was typed: digits, and perhaps digits behind a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedIndex {
    whole: Vec<u8>,
    decimals: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("示数只能是数字，可带小数点，例如 1234 或 1234.56")]
pub struct IndexError;

impl IndexError {
    pub const fn code(self) -> &'static str {
        "PHOTO_INDEX_INVALID"
    }
}

const DIGITS_MAX: usize = 12;

impl TypedIndex {
    pub fn try_new(text: &str) -> Result<Self, IndexError> {
        let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| -> Option<Vec<u8>> {
            part.bytes()
                .map(|byte| byte.is_ascii_digit().then(|| byte - b'0'))
                .collect()
        };
        let whole = digits(whole).ok_or(IndexError)?;
        let decimals = digits(decimals).ok_or(IndexError)?;
        if whole.is_empty() || whole.len() + decimals.len() > DIGITS_MAX {
            return Err(IndexError);
        }
        let zeros = whole.iter().take_while(|digit| **digit == 0).count();
        Ok(Self {
            whole: whole[zeros..].to_vec(),
            decimals,
        })
    }

    pub(super) fn decimals(&self) -> usize {
        self.decimals.len()
    }

    /// The digit every wheel must show, where the counter has so many wheels before and behind
    /// the point; `None` where the number does not fit on it.
    pub(super) fn on(&self, whole: usize, decimals: usize) -> Option<Vec<Option<u8>>> {
        let padding = whole.checked_sub(self.whole.len())?;
        if self.decimals.iter().skip(decimals).any(|digit| *digit != 0) {
            return None;
        }
        let mut digits = vec![Some(0); padding];
        digits.extend(self.whole.iter().copied().map(Some));
        digits.extend((0..decimals).map(|place| self.decimals.get(place).copied()));
        Some(digits)
    }
}
