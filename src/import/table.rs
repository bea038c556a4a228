use super::cell::Cell;
use super::{FileError, csv_file, xlsx_file};

const BYTES_MAX: usize = 64 * 1024 * 1024;
pub(super) const ROWS_MAX: usize = 500_000;
pub(super) const COLUMNS_MAX: usize = 256;

/// The cells of a file, whatever kind of file it was.
#[derive(Debug, PartialEq)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// As the person sees it in an editor or spreadsheet, from 1.
    pub(super) number: usize,
    pub(super) cells: Vec<Cell>,
}

impl Row {
    pub(super) fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

impl Table {
    pub(super) fn check_size(bytes: &[u8]) -> Result<(), FileError> {
        if bytes.len() > BYTES_MAX {
            return Err(FileError::TooLarge {
                megabytes: BYTES_MAX / 1024 / 1024,
            });
        }
        Ok(())
    }

    /// Reads CSV or XLSX; the first bytes tell which, since names lie.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, FileError> {
        Self::check_size(bytes)?;
        let mut rows = match bytes {
            [b'P', b'K', 3, 4, ..] => xlsx_file::read(bytes)?,
            [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(FileError::OldExcel),
            _ => csv_file::read(bytes)?,
        };
        rows.retain(|row| !row.is_blank());
        if rows.is_empty() {
            return Err(FileError::Empty);
        }
        Ok(Self { rows })
    }
}
