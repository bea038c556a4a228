use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::FileError;
use super::cell::Cell;
use super::table::{COLUMNS_MAX, ROWS_MAX, Row};

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Row>, FileError> {
    read_text(decode(bytes)?, None)
}

/// Rows of a text; without a separator the first line tells.
pub(super) fn read_text(
    text: Cow<'_, str>,
    separator: Option<char>,
) -> Result<Vec<Row>, FileError> {
    let text = one_line_end(text);
    let separator = separator
        .and_then(|separator| u8::try_from(separator).ok())
        .unwrap_or_else(|| delimiter(&text));
    check_quotes(&text, char::from(separator))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(&error))?;
        let number = record.position().map_or(0, |position| {
            usize::try_from(position.line()).unwrap_or(usize::MAX)
        });
        if record.len() > COLUMNS_MAX {
            return Err(FileError::TooManyColumns {
                row: number,
                max: COLUMNS_MAX,
            });
        }
        if rows.len() == ROWS_MAX {
            return Err(FileError::TooManyRows { max: ROWS_MAX });
        }
        let cells = record.iter().map(Cell::from_text).collect();
        rows.push(Row { number, cells });
    }
    Ok(rows)
}

/// Windows, Unix or old Macintosh: the reader counts lines rightly only by single line feeds.
fn one_line_end(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        text
    }
}

/// A byte order mark decides; without one, what is not UTF-8 is what Chinese Windows writes.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let body = &bytes[mark..];
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) {
        return Ok(text);
    }
    if mark == 0
        && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(body)
    {
        return Ok(text);
    }
    let valid = valid_prefix(encoding, body);
    let row = body[..valid].split(|byte| *byte == b'\n').count();
    Err(FileError::Encoding {
        row,
        byte: mark + valid + 1,
    })
}

/// How many bytes can be read before the first that cannot.
fn valid_prefix(encoding: &'static Encoding, body: &[u8]) -> usize {
    let candidates = if encoding == UTF_8 {
        [UTF_8, GB18030]
    } else {
        [encoding, encoding]
    };
    let prefix = |encoding: &'static Encoding| {
        let (mut low, mut high) = (0, body.len());
        // The longest readable prefix, to within one character.
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let mut decoder = encoding.new_decoder_without_bom_handling();
            let size = decoder.max_utf8_buffer_length_without_replacement(middle);
            let mut text = String::with_capacity(size.unwrap_or(middle));
            let (result, _) =
                decoder.decode_to_string_without_replacement(&body[..middle], &mut text, false);
            if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        low
    };
    candidates.into_iter().map(prefix).max().unwrap_or(0)
}

/// Comma, tab or semicolon: whichever the first line with any has most of, outside quotes.
fn delimiter(text: &str) -> u8 {
    for line in text.lines() {
        let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0)];
        let mut quoted = false;
        for byte in line.bytes() {
            if byte == b'"' {
                quoted = !quoted;
            } else if !quoted {
                for (candidate, count) in &mut counts {
                    *count += usize::from(byte == *candidate);
                }
            }
        }
        // In a tie the comma wins: it comes last.
        if let Some((best, count)) = counts.into_iter().rev().max_by_key(|(_, count)| *count)
            && count > 0
        {
            return best;
        }
    }
    b','
}

enum Place {
    FieldStart,
    Bare,
    Quoted,
    /// After a quote inside a quoted field: its end, or the first of a doubled one.
    Closing,
}

/// The reader takes an open quote as one endless field; the person wants to know where it began.
fn check_quotes(text: &str, separator: char) -> Result<(), FileError> {
    let (mut row, mut column) = (1, 1);
    let mut opened = (1, 1);
    let mut place = Place::FieldStart;
    for character in text.chars() {
        if character == '\n' {
            row += 1;
        }
        place = match (place, character) {
            (Place::Quoted, '"') => Place::Closing,
            (Place::Quoted, _) | (Place::Closing, '"') => Place::Quoted,
            (Place::FieldStart, '"') => {
                opened = (row, column);
                Place::Quoted
            }
            (_, '\n') => {
                column = 1;
                Place::FieldStart
            }
            (_, character) if character == separator => {
                column += 1;
                Place::FieldStart
            }
            _ => Place::Bare,
        };
    }
    match place {
        Place::Quoted => Err(FileError::OpenQuote {
            row: opened.0,
            column: opened.1,
        }),
        _ => Ok(()),
    }
}

fn fault(error: &csv::Error) -> FileError {
    let row = error.position().map_or(0, |position| {
        usize::try_from(position.line()).unwrap_or(usize::MAX)
    });
    FileError::Csv {
        row,
        column: 1,
        detail: error.to_string(),
    }
}
