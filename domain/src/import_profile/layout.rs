use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ImportProfileError;

pub(super) const TEXT_LENGTH: usize = 60;
pub(super) const COLUMNS_MAX: usize = 32;
/// Wider than any line a handheld writes.
const LINE_MAX: u32 = 10_000;
const DECIMALS_MAX: u32 = 8;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileKind {
    HandheldReadings,
    PlatformReadings,
    RemoteReadings,
    UsageHistory,
    ChargingSystemBills,
}

/// What kind of file it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FileLayout {
    /// CSV and its kin; the separator is found out where none is named.
    Delimited {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        separator: Option<char>,
    },
    /// Lines of a fixed width, counted in bytes as the device writes them.
    FixedWidth,
    /// dBase and Visual `FoxPro` tables.
    Dbf,
    Xlsx,
    /// A list of objects; `rows` is where it stands in the document, such as `/data/list`.
    Json {
        rows: String,
    },
}

/// In what the texts of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// A byte order mark decides; without one, what is not UTF-8 is GB18030.
    Auto,
    Utf8,
    /// GBK, in its larger form.
    Gb18030,
}

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    MeterNo,
    Index,
    ReadAt,
    ReadOn,
    Note,
    /// The unit a figure is in, where rows say so.
    Unit,
    Month,
    Usage,
    AccountNo,
    Amount,
    /// 费用项目
    Component,
    DueOn,
    /// 收费系统账单号
    BillNo,
    /// 欠费
    OpenAmount,
    /// 滞纳金
    LateFee,
    /// Whether the bill was withdrawn.
    State,
}

/// Where a column stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ColumnPlace {
    /// By its name in the heading, the table or the object.
    Named { name: String },
    /// By its number, from 1, in a file without a heading.
    Numbered { number: u32 },
    /// From a byte of the line, from 1, so many bytes.
    Bytes { from: u32, length: u32 },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileColumn {
    pub field: ProfileField,
    pub place: ColumnPlace,
}

/// Rows that say nothing: a handheld writes the meters it has not read, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipRule {
    pub place: ColumnPlace,
    /// The row is left out when the column holds one of these; an empty text is a value as well.
    pub values: Vec<String>,
}

/// What one of a unit is in m³ or kWh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFactor {
    pub unit: String,
    pub factor: Decimal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileLayout {
    pub name: String,
    pub kind: ProfileKind,
    pub file: FileLayout,
    pub encoding: Encoding,
    /// Lines before the heading, or before the first row where there is none.
    pub skip_lines: u32,
    pub columns: Vec<ProfileColumn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip_rows: Vec<SkipRule>,
    /// How many digits of a figure without a point stand behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implied_decimals: Option<u32>,
    /// Units the rows may name; a row in another one is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<UnitFactor>,
}

impl ProfileKind {
    /// Whether its rows are of a day.
    const fn is_dated(self) -> bool {
        !matches!(self, Self::UsageHistory | Self::ChargingSystemBills)
    }

    const fn fields(self) -> (&'static [ProfileField], &'static [ProfileField]) {
        use ProfileField as F;
        match self {
            Self::HandheldReadings | Self::PlatformReadings | Self::RemoteReadings => (
                &[F::MeterNo, F::Index],
                &[F::MeterNo, F::Index, F::ReadAt, F::ReadOn, F::Note, F::Unit],
            ),
            Self::UsageHistory => (
                &[F::MeterNo, F::Month, F::Usage],
                &[F::MeterNo, F::Month, F::Usage, F::Unit],
            ),
            Self::ChargingSystemBills => (
                &[F::AccountNo, F::MeterNo, F::Month, F::Usage, F::Amount],
                &[
                    F::AccountNo,
                    F::MeterNo,
                    F::Month,
                    F::Usage,
                    F::Unit,
                    F::Amount,
                    F::Component,
                    F::DueOn,
                    F::BillNo,
                    F::OpenAmount,
                    F::LateFee,
                    F::State,
                ],
            ),
        }
    }
}

impl FileLayout {
    const fn takes(&self, place: &ColumnPlace) -> bool {
        matches!(
            (self, place),
            (Self::FixedWidth, ColumnPlace::Bytes { .. })
                | (
                    Self::Delimited { .. } | Self::Xlsx,
                    ColumnPlace::Named { .. } | ColumnPlace::Numbered { .. }
                )
                | (Self::Dbf | Self::Json { .. }, ColumnPlace::Named { .. })
        )
    }
}

fn is_place(place: &ColumnPlace) -> bool {
    match place {
        ColumnPlace::Named { name } => {
            !name.trim().is_empty() && name.chars().count() <= TEXT_LENGTH
        }
        ColumnPlace::Numbered { number } => (1..=256).contains(number),
        ColumnPlace::Bytes { from, length } => {
            *from >= 1 && *length >= 1 && from.saturating_add(*length) <= LINE_MAX
        }
    }
}

impl ProfileLayout {
    pub(super) fn checked(self) -> Result<Self, ImportProfileError> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > TEXT_LENGTH {
            return Err(ImportProfileError::NameInvalid);
        }
        let fields: BTreeSet<ProfileField> =
            self.columns.iter().map(|column| column.field).collect();
        if fields.len() < self.columns.len() || self.columns.len() > COLUMNS_MAX {
            return Err(ImportProfileError::FieldTwice);
        }
        let (required, allowed) = self.kind.fields();
        let dated =
            fields.contains(&ProfileField::ReadAt) || fields.contains(&ProfileField::ReadOn);
        if !required.iter().all(|field| fields.contains(field)) || (self.kind.is_dated() && !dated)
        {
            return Err(ImportProfileError::FieldMissing);
        }
        if !fields.iter().all(|field| allowed.contains(field)) {
            return Err(ImportProfileError::FieldUnfit);
        }
        let places = self.columns.iter().map(|column| &column.place);
        let mut places = places.chain(self.skip_rows.iter().map(|rule| &rule.place));
        if !places.all(|place| self.file.takes(place) && is_place(place)) {
            return Err(ImportProfileError::PlaceUnfit);
        }
        let factors_fit = self
            .units
            .iter()
            .all(|unit| !unit.unit.trim().is_empty() && unit.factor > Decimal::ZERO);
        let named = fields.contains(&ProfileField::Unit);
        if !factors_fit || named == self.units.is_empty() {
            return Err(ImportProfileError::UnitsInvalid);
        }
        if self
            .implied_decimals
            .is_some_and(|digits| digits > DECIMALS_MAX)
        {
            return Err(ImportProfileError::DecimalsOutOfRange);
        }
        Ok(Self { name, ..self })
    }
}
