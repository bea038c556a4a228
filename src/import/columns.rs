//! Which column is which, by the many names people give them.

use std::collections::HashMap;

use super::FileError;
use super::cell::{Cell, refused};
use super::moment::Moment;
use super::table::{Row, Table};
use chaobiao_decision::Rejection;
use chaobiao_domain::units::{ValueError, normalise_digits};
use rust_decimal::Decimal;

/// Rows above the heading: titles, dates of export, units.
const HEADING_ROWS: usize = 10;

/// One thing a row can say.
#[derive(Debug)]
pub(super) struct Column {
    /// The field of a verdict, as in the API.
    pub(super) field: &'static str,
    /// What people call it; used in messages.
    pub(super) label: &'static str,
    pub(super) required: bool,
    pub(super) aliases: &'static [&'static str],
}

/// 户号, in every file that has it.
pub(super) const ACCOUNT_NO: Column = Column {
    field: "accountNo",
    label: "户号",
    required: true,
    aliases: &[
        "户号",
        "用户号",
        "用户编号",
        "户编号",
        "账户",
        "accountNo",
        "account",
        "account number",
    ],
};

/// 表号, in every file that has it.
pub(super) const METER_NO: Column = Column {
    field: "meterNo",
    label: "表号",
    required: true,
    aliases: &[
        "表号",
        "表计号",
        "表计编号",
        "收费系统表号",
        "收费表号",
        "计量点",
        "计量点编号",
        "meterNo",
        "meter",
        "meter number",
    ],
};

/// 校区, in every file that has it.
pub(super) const CAMPUS: Column = Column {
    field: "campusId",
    label: "校区",
    required: true,
    aliases: &["校区", "校区编号", "校区名称", "campus", "campusId"],
};

/// The columns of a file, found by their names.
#[derive(Debug)]
pub(super) struct Heading {
    places: HashMap<&'static str, (usize, &'static str)>,
    width: usize,
    /// Columns nobody knows, by name.
    pub(super) ignored: Vec<String>,
}

impl Heading {
    /// Finds the heading among the first rows and says how many rows it and what is above it take.
    pub(super) fn find(
        table: &Table,
        columns: &'static [Column],
    ) -> Result<(Self, usize), FileError> {
        let mut best: Option<(usize, usize, Vec<&'static str>)> = None;
        for (place, row) in table.rows.iter().take(HEADING_ROWS).enumerate() {
            let heading = Self::of(row, columns)?;
            let missing: Vec<&'static str> = columns
                .iter()
                .filter(|column| column.required && !heading.places.contains_key(column.field))
                .map(|column| column.label)
                .collect();
            if missing.is_empty() {
                return Ok((heading, place + 1));
            }
            let known = heading.places.len();
            if best.as_ref().is_none_or(|(most, ..)| known > *most) {
                best = Some((known, row.number, missing));
            }
        }
        let (_, row, missing) = best.ok_or(FileError::Empty)?;
        Err(FileError::MissingColumns {
            row,
            missing: missing.join("、"),
        })
    }

    fn of(row: &Row, columns: &'static [Column]) -> Result<Self, FileError> {
        let mut heading = Self {
            places: HashMap::new(),
            width: row.cells.len(),
            ignored: Vec::new(),
        };
        for (place, cell) in row.cells.iter().enumerate() {
            let Cell::Text(text) = cell else { continue };
            let name = simplified(text);
            let known = columns
                .iter()
                .find(|column| column.aliases.iter().any(|alias| simplified(alias) == name));
            let Some(column) = known else {
                heading.ignored.push(text.clone());
                continue;
            };
            if let Some((first, _)) = heading.places.insert(column.field, (place, column.label)) {
                return Err(FileError::DoubledColumn {
                    row: row.number,
                    first: first + 1,
                    second: place + 1,
                    name: column.label,
                });
            }
        }
        Ok(heading)
    }

    /// The row's cells by field; refused when it has values beyond the heading, since then none of
    /// its values can be trusted to stand in its column.
    pub(super) fn fields<'a>(&'a self, row: &'a Row) -> Result<Fields<'a>, Rejection> {
        let beyond = row.cells.iter().skip(self.width);
        if beyond.clone().any(|cell| !cell.is_blank()) {
            return Err(Rejection::new(
                "IMPORT_ROW_TOO_LONG",
                format!(
                    "该行有 {} 列，表头只有 {} 列，可能有未加引号的分隔符",
                    row.cells.len(),
                    self.width
                ),
            ));
        }
        Ok(Fields { heading: self, row })
    }
}

/// One row, asked by field. Every refusal names its field.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    heading: &'a Heading,
    row: &'a Row,
}

impl Fields<'_> {
    fn cell(&self, field: &str) -> (&Cell, &'static str) {
        match self.heading.places.get(field) {
            Some((place, label)) => (self.row.cell(*place), label),
            None => (&Cell::Empty, ""),
        }
    }

    pub(super) fn has(&self, field: &str) -> bool {
        !self.cell(field).0.is_blank()
    }

    pub(super) fn text(&self, field: &str) -> Result<Option<String>, Rejection> {
        let (cell, label) = self.cell(field);
        if cell.is_blank() {
            return Ok(None);
        }
        let text = cell.text(label).map_err(|refusal| refusal.on(field))?;
        Ok(Some(text))
    }

    pub(super) fn required_text(&self, field: &str) -> Result<String, Rejection> {
        let (_, label) = self.cell(field);
        self.text(field)?
            .ok_or_else(|| refused(&ValueError::Empty { what: label }).on(field))
    }

    /// A value whose type reads itself from text.
    pub(super) fn parsed<T>(&self, field: &str) -> Result<Option<T>, Rejection>
    where
        T: std::str::FromStr<Err = ValueError>,
    {
        self.text(field)?
            .map(|text| text.parse().map_err(|error| refused(&error).on(field)))
            .transpose()
    }

    pub(super) fn required<T>(&self, field: &str) -> Result<T, Rejection>
    where
        T: std::str::FromStr<Err = ValueError>,
    {
        self.required_text(field)?
            .parse()
            .map_err(|error| refused(&error).on(field))
    }

    pub(super) fn decimal(&self, field: &str) -> Result<Option<Decimal>, Rejection> {
        let (cell, label) = self.cell(field);
        if cell.is_blank() {
            return Ok(None);
        }
        let value = cell.decimal(label).map_err(|refusal| refusal.on(field))?;
        Ok(Some(value))
    }

    pub(super) fn whole<T: TryFrom<Decimal>>(&self, field: &str) -> Result<Option<T>, Rejection> {
        let (_, label) = self.cell(field);
        let Some(value) = self.decimal(field)? else {
            return Ok(None);
        };
        if !value.fract().is_zero() {
            return Err(refused(&ValueError::NotANumber { what: label }).on(field));
        }
        T::try_from(value)
            .map(Some)
            .map_err(|_| refused(&ValueError::OutOfRange { what: label }).on(field))
    }

    pub(super) fn moment(&self, field: &str) -> Result<Option<Moment>, Rejection> {
        let (cell, label) = self.cell(field);
        if cell.is_blank() {
            return Ok(None);
        }
        let moment = cell.moment(label).map_err(|refusal| refusal.on(field))?;
        Ok(Some(moment))
    }

    pub(super) fn yes_or_no(&self, field: &str) -> Result<bool, Rejection> {
        let (cell, label) = self.cell(field);
        if cell.is_blank() {
            return Ok(false);
        }
        cell.yes_or_no(label).map_err(|refusal| refusal.on(field))
    }
}

/// Headings are compared without case, spaces, marks and what stands in brackets: `读数(m³)`.
fn simplified(text: &str) -> String {
    let text = normalise_digits(text).to_lowercase();
    let text = text.split('(').next().unwrap_or_default();
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
