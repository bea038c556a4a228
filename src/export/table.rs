//! A table of any columns as CSV or XLSX.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as Style, Workbook};

use super::{ExportError, Format};

/// Tells spreadsheets in China that what follows is UTF-8 and not GBK.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// What a sheet may be called, at most.
const SHEET_NAME: usize = 31;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(Decimal),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Of what has to give the same bytes whenever it is written.
    pub(super) created_at: Option<DateTime<Utc>>,
}

impl Table {
    pub(super) fn file(&self, format: Format) -> Result<Vec<u8>, ExportError> {
        match format {
            Format::Csv => self.csv(),
            Format::Xlsx => self.xlsx(),
        }
    }

    fn csv(&self) -> Result<Vec<u8>, ExportError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(BYTE_ORDER_MARK.to_vec());
        writer.write_record(self.headings.iter().map(|heading| inert(heading)))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| match cell {
                Cell::Text(text) => inert(text),
                Cell::Number(number) => number.to_string(),
            }))?;
        }
        writer
            .into_inner()
            .map_err(|error| ExportError::Csv(error.into_error().into()))
    }

    fn xlsx(&self) -> Result<Vec<u8>, ExportError> {
        let mut workbook = Workbook::new();
        if let Some(created_at) = self.created_at {
            let created = ExcelDateTime::from_timestamp(created_at.timestamp())?;
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        }
        let sheet = workbook.add_worksheet();
        let forbidden = |sign: char| "[]:*?/\\'".contains(sign);
        let name: String = self.name.chars().filter(|sign| !forbidden(*sign)).collect();
        sheet.set_name(name.chars().take(SHEET_NAME).collect::<String>())?;
        let bold = Style::new().set_bold();
        for (column, heading) in (0..).zip(&self.headings) {
            sheet.write_string_with_format(0, column, heading, &bold)?;
        }
        for (row, cells) in (1..).zip(&self.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(text) => sheet.write_string(row, column, text)?,
                    Cell::Number(number) => {
                        // The format knows no decimals; a double holds more digits than a meter.
                        let number: f64 = number
                            .to_string()
                            .parse()
                            .map_err(|_| ExportError::Amount)?;
                        sheet.write_number(row, column, number)?
                    }
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(workbook.save_to_buffer()?)
    }
}

/// Spreadsheets run texts that begin like a formula; a quote before them keeps them texts.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts_and_numbers_numbers() {
        let table = Table {
            name: "月报".to_owned(),
            headings: vec!["楼栋".to_owned(), "用量".to_owned()],
            rows: vec![vec![
                Cell::Text("=1+1".to_owned()),
                Cell::Number("-1.50".parse().unwrap()),
            ]],
            created_at: None,
        };
        let csv = String::from_utf8(table.file(Format::Csv).unwrap()).unwrap();
        assert_eq!(csv, "\u{feff}楼栋,用量\r\n'=1+1,-1.50\r\n");
        assert!(table.file(Format::Xlsx).unwrap().starts_with(b"PK"));
    }
}
