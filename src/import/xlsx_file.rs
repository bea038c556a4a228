use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetVisible, Xlsx};
use chrono::{NaiveDate, TimeDelta};

use super::FileError;
use super::cell::{Cell, trim};
use super::table::{COLUMNS_MAX, ROWS_MAX, Row};

/// Reads the first visible sheet, cell by cell: a stray cell at the far corner costs nothing.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Row>, FileError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
    let name = workbook
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .ok_or(FileError::Empty)?;
    let mut reader = workbook
        .worksheet_cells_reader(&name)
        .map_err(|error| fault(&error))?;
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    while let Some(found) = reader.next_cell().map_err(|error| fault(&error))? {
        let (row, column) = found.get_position();
        let cell = convert(found.get_value());
        if cell == Cell::Empty {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS_MAX {
            return Err(FileError::TooManyColumns {
                row: number(row),
                max: COLUMNS_MAX,
            });
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
        if rows.len() > ROWS_MAX {
            return Err(FileError::TooManyRows { max: ROWS_MAX });
        }
    }
    let rows = rows.into_iter().map(|(row, cells)| Row {
        number: number(row),
        cells,
    });
    Ok(rows.collect())
}

fn number(row: u32) -> usize {
    usize::try_from(row).map_or(usize::MAX, |row| row + 1)
}

fn convert(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(value) => Cell::Number(value.to_string()),
        // The shortest decimal that reads back as the same number, and never an exponent.
        DataRef::Float(value) if value.is_finite() => Cell::Number(value.to_string()),
        DataRef::Float(value) => Cell::Broken(value.to_string()),
        DataRef::String(text) => Cell::from_text(text),
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(value) if value.is_duration() => Cell::Number(value.as_f64().to_string()),
        DataRef::DateTime(value) => moment(value.to_ymd_hms_milli())
            .unwrap_or_else(|| Cell::Number(value.as_f64().to_string())),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::Text(trim(text).to_owned())
        }
        DataRef::Error(error) => Cell::Broken(error.to_string()),
        DataRef::Empty => Cell::Empty,
    }
}

/// A time without a date lies on the spreadsheet's day zero and stays a number.
fn moment(parts: (u16, u8, u8, u8, u8, u8, u16)) -> Option<Cell> {
    let (year, month, day, hour, minute, second, milli) = parts;
    if year < 1901 {
        return None;
    }
    let at = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))?
        .and_hms_opt(u32::from(hour), u32::from(minute), u32::from(second))?;
    // The fraction of a day is binary: 08:30 may be a millisecond short.
    let rounded = if milli >= 500 {
        at.checked_add_signed(TimeDelta::seconds(1))?
    } else {
        at
    };
    Some(Cell::Moment(rounded))
}

fn fault(error: &calamine::XlsxError) -> FileError {
    FileError::Workbook {
        detail: error.to_string(),
    }
}
