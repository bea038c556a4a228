use rust_decimal::Decimal;

use super::ValueError;

/// Undoes what Chinese keyboards and spreadsheets do to numbers: full-width forms become ASCII,
/// white space and invisible marks go.
pub fn normalise_digits(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'))
        .map(|c| match c {
            // The full-width forms repeat ASCII 0x21..=0x7e at a constant distance.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// What people write, kept without the white space around it: not empty, and at most so long.
pub fn written(text: &str, what: &'static str, max: usize) -> Result<String, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        Err(ValueError::Empty { what })
    } else if text.chars().count() > max {
        Err(ValueError::TooLong { what, max })
    } else {
        Ok(text.to_owned())
    }
}

/// The same for what may be left out: nothing, where nothing but white space was written.
pub fn written_if_any(
    text: Option<&str>,
    what: &'static str,
    max: usize,
) -> Result<Option<String>, ValueError> {
    text.filter(|text| !text.trim().is_empty())
        .map(|text| written(text, what, max))
        .transpose()
}

/// Reads a plain decimal: an optional minus, digits, at most one point. No exponent, no grouping.
///
/// `Decimal::from_str` would also take underscores and silently round what is too long.
pub fn parse_decimal(text: &str, what: &'static str) -> Result<Decimal, ValueError> {
    let text = normalise_digits(text);
    if text.is_empty() {
        return Err(ValueError::Empty { what });
    }
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(ValueError::NotANumber { what });
    }
    Decimal::from_str_exact(&text).map_err(|_| ValueError::OutOfRange { what })
}
