//! Files read as a profile says: whatever they look like, a [`Table`] with our own heading comes of
//! them, and goes the way of any other file.

use std::borrow::Cow;

use chaobiao_domain::import_profile::{
    ColumnPlace, Encoding, FileLayout, ProfileField, ProfileLayout,
};
use encoding_rs::{GB18030, UTF_8};
use rust_decimal::Decimal;
use serde_json::Value;

use super::cell::{Cell, trim};
use super::table::{COLUMNS_MAX, ROWS_MAX, Row, Table};
use super::{FileError, csv_file, dbf_file, xlsx_file};

/// One row of a file, asked by place.
struct RawRow<'a> {
    number: usize,
    cells: Raw<'a>,
}

enum Raw<'a> {
    Cells(Vec<Cell>),
    Line(&'a [u8]),
    Object(&'a Value),
}

/// How a file's places become cells.
struct Places<'a> {
    layout: &'a ProfileLayout,
    /// Names of columns, where the file has them in a heading.
    names: Vec<String>,
}

pub(super) fn read(layout: &ProfileLayout, bytes: &[u8]) -> Result<Table, FileError> {
    Table::check_size(bytes)?;
    match &layout.file {
        FileLayout::Delimited { separator } => {
            let text = decoded(layout.encoding, bytes)?;
            let rows = csv_file::read_text(text, *separator)?;
            headed(layout, rows)
        }
        FileLayout::Xlsx => headed(layout, xlsx_file::read(bytes)?),
        FileLayout::FixedWidth => fixed(layout, bytes),
        FileLayout::Dbf => dbf(layout, bytes),
        FileLayout::Json { rows } => {
            let document: Value =
                serde_json::from_slice(bytes).map_err(|error| json_fault(&error))?;
            json(layout, &document, rows)
        }
    }
}

fn json_fault(error: &serde_json::Error) -> FileError {
    if error.is_eof() {
        FileError::CutShort {
            detail: format!("JSON 在第 {} 行中断 / line {}", error.line(), error.line()),
        }
    } else {
        FileError::Json {
            detail: error.to_string(),
        }
    }
}

fn decoded(encoding: Encoding, bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    let encoding = match encoding {
        Encoding::Auto => return csv_file::decode(bytes),
        Encoding::Utf8 => UTF_8,
        Encoding::Gb18030 => GB18030,
    };
    // A mark that says otherwise goes before what the profile says: nobody wants to see 锟斤拷.
    let marked = encoding_rs::Encoding::for_bom(bytes);
    if marked.is_some_and(|(marked, _)| marked != encoding) {
        return Err(FileError::OtherEncoding {
            wanted: encoding.name(),
        });
    }
    let body = &bytes[marked.map_or(0, |(_, length)| length)..];
    encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .ok_or(FileError::OtherEncoding {
            wanted: encoding.name(),
        })
}

fn text_of(encoding: Encoding, bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    decoded(encoding, bytes)
}

fn is_named(layout: &ProfileLayout) -> bool {
    let columns = layout.columns.iter().map(|column| &column.place);
    let mut places = columns.chain(layout.skip_rows.iter().map(|rule| &rule.place));
    places.any(|place| matches!(place, ColumnPlace::Named { .. }))
}

/// Rows of cells, with or without a heading.
fn headed(layout: &ProfileLayout, rows: Vec<Row>) -> Result<Table, FileError> {
    let skipped = usize::try_from(layout.skip_lines).unwrap_or(usize::MAX);
    let mut rows = rows
        .into_iter()
        .filter(|row| row.number > skipped && !row.is_blank());
    let mut names = Vec::new();
    if is_named(layout) {
        let heading = rows.next().ok_or(FileError::Empty)?;
        names = heading
            .cells
            .iter()
            .map(|cell| cell.text("").unwrap_or_default())
            .collect();
        require_names(layout, heading.number, &names)?;
    }
    let rows = rows.map(|row| RawRow {
        number: row.number,
        cells: Raw::Cells(row.cells),
    });
    table(&Places { layout, names }, rows)
}

fn require_names(layout: &ProfileLayout, row: usize, names: &[String]) -> Result<(), FileError> {
    let missing: Vec<&str> = layout
        .columns
        .iter()
        .filter_map(|column| match &column.place {
            ColumnPlace::Named { name } if !names.iter().any(|known| known.trim() == name) => {
                Some(name.as_str())
            }
            _ => None,
        })
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(FileError::MissingColumns {
            row,
            missing: missing.join("、"),
        })
    }
}

fn fixed(layout: &ProfileLayout, bytes: &[u8]) -> Result<Table, FileError> {
    let skipped = usize::try_from(layout.skip_lines).unwrap_or(usize::MAX);
    let whole = bytes.ends_with(b"\n");
    let lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    if lines.len() > ROWS_MAX {
        return Err(FileError::TooManyRows { max: ROWS_MAX });
    }
    // A device ends every line, and all of them are as long: a last one that is neither was cut.
    let full = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    if let Some(last) = lines.last()
        && !whole
        && !last.is_empty()
        && last.len() < full
    {
        return Err(FileError::CutShort {
            detail: format!(
                "第 {} 行只有 {} 字节 / row {}",
                lines.len(),
                last.len(),
                lines.len()
            ),
        });
    }
    let rows = lines
        .into_iter()
        .zip(1..)
        .skip(skipped)
        .filter(|(line, _)| !line.trim_ascii().is_empty())
        .map(|(line, number)| RawRow {
            number,
            cells: Raw::Line(line),
        });
    let names = Vec::new();
    table(&Places { layout, names }, rows)
}

fn dbf(layout: &ProfileLayout, bytes: &[u8]) -> Result<Table, FileError> {
    let dbf = dbf_file::read(bytes)?;
    let text = |bytes| text_of(layout.encoding, bytes);
    let names = dbf.names.iter().map(|name| Ok(text(name)?.into_owned()));
    let names: Vec<String> = names.collect::<Result<_, FileError>>()?;
    require_names(layout, 1, &names)?;
    let mut rows = Vec::with_capacity(dbf.records.len());
    for (number, record) in &dbf.records {
        let cells = record.iter().map(|cell| Ok(Cell::from_text(&text(cell)?)));
        rows.push(RawRow {
            number: *number,
            cells: Raw::Cells(cells.collect::<Result<_, FileError>>()?),
        });
    }
    table(&Places { layout, names }, rows.into_iter())
}

fn json(layout: &ProfileLayout, document: &Value, pointer: &str) -> Result<Table, FileError> {
    let rows = document
        .pointer(pointer)
        .and_then(Value::as_array)
        .ok_or_else(|| FileError::Json {
            detail: format!("{pointer} 不是列表 / is no list"),
        })?;
    if rows.len() > ROWS_MAX {
        return Err(FileError::TooManyRows { max: ROWS_MAX });
    }
    let rows = rows.iter().zip(1..).map(|(row, number)| RawRow {
        number,
        cells: Raw::Object(row),
    });
    let names = Vec::new();
    table(&Places { layout, names }, rows)
}

/// What our own heading calls a field.
const fn label(field: ProfileField) -> &'static str {
    match field {
        ProfileField::MeterNo => "表号",
        ProfileField::Index => "读数",
        ProfileField::ReadAt => "抄表时间",
        ProfileField::ReadOn => "抄表日期",
        ProfileField::Note => "备注",
        ProfileField::Unit => "单位",
        ProfileField::Month => "月份",
        ProfileField::Usage => "用量",
        ProfileField::AccountNo => "户号",
        ProfileField::Amount => "金额",
        ProfileField::Component => "费用项目",
        ProfileField::DueOn => "缴费截止日期",
        ProfileField::BillNo => "账单号",
        ProfileField::OpenAmount => "欠费",
        ProfileField::LateFee => "滞纳金",
        ProfileField::State => "状态",
    }
}

fn table<'a>(
    places: &Places<'_>,
    rows: impl Iterator<Item = RawRow<'a>>,
) -> Result<Table, FileError> {
    let columns = &places.layout.columns;
    let shown = || {
        let columns = columns.iter();
        columns.filter(|column| column.field != ProfileField::Unit)
    };
    let mut table = vec![Row {
        number: 0,
        cells: shown()
            .map(|column| Cell::Text(label(column.field).to_owned()))
            .collect(),
    }];
    for row in rows {
        if places.is_skipped(&row)? {
            continue;
        }
        let mut cells = Vec::with_capacity(COLUMNS_MAX.min(columns.len()));
        for column in shown() {
            let cell = places.cell(&row, &column.place)?;
            cells.push(match column.field {
                ProfileField::Index | ProfileField::Usage => places.figure(cell, &row)?,
                _ => cell,
            });
        }
        table.push(Row {
            number: row.number,
            cells,
        });
    }
    if table.len() == 1 {
        return Err(FileError::Empty);
    }
    Ok(Table { rows: table })
}

impl Places<'_> {
    fn cell(&self, row: &RawRow<'_>, place: &ColumnPlace) -> Result<Cell, FileError> {
        Ok(match (&row.cells, place) {
            (Raw::Cells(cells), ColumnPlace::Named { name }) => self
                .names
                .iter()
                .position(|known| known.trim() == name)
                .and_then(|at| cells.get(at))
                .cloned()
                .unwrap_or(Cell::Empty),
            (Raw::Cells(cells), ColumnPlace::Numbered { number }) => usize::try_from(*number)
                .ok()
                .and_then(|number| cells.get(number.checked_sub(1)?))
                .cloned()
                .unwrap_or(Cell::Empty),
            (Raw::Line(line), ColumnPlace::Bytes { from, length }) => {
                let from = usize::try_from(*from)
                    .unwrap_or(usize::MAX)
                    .saturating_sub(1);
                let to = from.saturating_add(usize::try_from(*length).unwrap_or(0));
                let part = line.get(from..to.min(line.len())).unwrap_or_default();
                Cell::from_text(&text_of(self.layout.encoding, part)?)
            }
            (Raw::Object(object), ColumnPlace::Named { name }) => match &object[name.as_str()] {
                Value::Null => Cell::Empty,
                Value::String(text) => Cell::from_text(text),
                // Its text as it stood in the file: no binary fraction takes part.
                Value::Number(number) => Cell::Number(number.to_string()),
                Value::Bool(value) => Cell::Bool(*value),
                other => Cell::Broken(other.to_string()),
            },
            // A profile whose places do not fit its file is never published.
            _ => Cell::Empty,
        })
    }

    fn is_skipped(&self, row: &RawRow<'_>) -> Result<bool, FileError> {
        for rule in &self.layout.skip_rows {
            let cell = self.cell(row, &rule.place)?;
            let text = cell.text("").unwrap_or_default();
            if rule.values.iter().any(|value| value == trim(&text)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A figure with its point put in and in our unit.
    fn figure(&self, cell: Cell, row: &RawRow<'_>) -> Result<Cell, FileError> {
        let factor = match self.factor(row)? {
            Ok(factor) => factor,
            Err(unit) => return Ok(Cell::UnknownUnit(unit)),
        };
        let implied = self.layout.implied_decimals.unwrap_or(0);
        if factor == Decimal::ONE && implied == 0 || cell.is_blank() {
            return Ok(cell);
        }
        let Ok(mut figure) = cell.decimal("读数") else {
            return Ok(cell);
        };
        if implied > 0 && figure.fract().is_zero() && !has_point(&cell) {
            let exponent = Decimal::from(10_u64.pow(implied.min(18)));
            figure /= exponent;
        }
        Ok(match figure.checked_mul(factor) {
            Some(figure) => Cell::Number(figure.normalize().to_string()),
            None => cell,
        })
    }

    /// What one of the row's unit is; the unit itself where nobody knows it.
    fn factor(&self, row: &RawRow<'_>) -> Result<Result<Decimal, String>, FileError> {
        let unit = self
            .layout
            .columns
            .iter()
            .find(|column| column.field == ProfileField::Unit);
        let Some(column) = unit else {
            return Ok(Ok(Decimal::ONE));
        };
        let cell = self.cell(row, &column.place)?;
        let named = cell.text("").unwrap_or_default();
        let known = self
            .layout
            .units
            .iter()
            .find(|unit| unit.unit == trim(&named));
        Ok(known.map(|unit| unit.factor).ok_or(named))
    }
}

fn has_point(cell: &Cell) -> bool {
    cell.text("").is_ok_and(|text| text.contains('.'))
}
