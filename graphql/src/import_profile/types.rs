use async_graphql::{Enum, InputObject, OneofObject, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::import_profile as domain;
use chaobiao_projections::import_profiles::{ProfileRow, ProfileVersionRow};
use chrono::{DateTime, Utc};

use crate::support::Decimal;

/// What the rows of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ProfileKind")]
pub(super) enum ImportProfileKind {
    HandheldReadings,
    PlatformReadings,
    RemoteReadings,
    /// 历史用量
    UsageHistory,
    /// 收费系统账单
    ChargingSystemBills,
}

/// In what the texts of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Encoding")]
pub(super) enum FileEncoding {
    /// Found out.
    Auto,
    #[graphql(name = "UTF8")]
    Utf8,
    /// GBK, in its larger form.
    #[graphql(name = "GB18030")]
    Gb18030,
}

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::ProfileField")]
pub(super) enum ImportField {
    MeterNo,
    Index,
    ReadAt,
    ReadOn,
    Note,
    /// The unit a figure is in.
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

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum FileFormat {
    /// CSV and its kin.
    Delimited,
    /// Lines of a fixed width.
    FixedWidth,
    /// Tables of `dBase` and Visual `FoxPro`.
    Dbf,
    Xlsx,
    /// A list of objects.
    Json,
}

/// Where a column stands.
#[derive(OneofObject)]
pub(super) enum ColumnPlaceInput {
    /// By its name in the heading, the table or the object.
    Name(String),
    /// By its number, from 1, in a file without a heading.
    Number(u32),
    /// In a line of a fixed width.
    Bytes(ByteSpanInput),
}

#[derive(InputObject)]
pub(super) struct ByteSpanInput {
    /// From 1.
    from: u32,
    length: u32,
}

#[derive(InputObject)]
pub(super) struct ImportColumnInput {
    field: ImportField,
    place: ColumnPlaceInput,
}

#[derive(InputObject)]
pub(super) struct SkipRuleInput {
    place: ColumnPlaceInput,
    /// The row is left out when the column holds one of these; an empty text is a value as well.
    values: Vec<String>,
}

#[derive(InputObject)]
pub(super) struct UnitFactorInput {
    unit: String,
    /// What one of it is in m³ or kWh.
    factor: Decimal,
}

#[derive(InputObject)]
pub(super) struct ImportLayoutInput {
    name: String,
    kind: ImportProfileKind,
    format: FileFormat,
    /// Of a delimited file; left out, it is found out.
    separator: Option<String>,
    /// Where the list stands in a JSON document, such as `/data/list`.
    #[graphql(default)]
    rows_at: String,
    encoding: FileEncoding,
    /// Lines before the heading, or before the first row where there is none.
    #[graphql(default)]
    skip_lines: u32,
    columns: Vec<ImportColumnInput>,
    #[graphql(default)]
    skip_rows: Vec<SkipRuleInput>,
    /// How many digits of a figure without a point stand behind it.
    implied_decimals: Option<u32>,
    #[graphql(default)]
    units: Vec<UnitFactorInput>,
}

impl From<ColumnPlaceInput> for domain::ColumnPlace {
    fn from(place: ColumnPlaceInput) -> Self {
        match place {
            ColumnPlaceInput::Name(name) => Self::Named { name },
            ColumnPlaceInput::Number(number) => Self::Numbered { number },
            ColumnPlaceInput::Bytes(ByteSpanInput { from, length }) => Self::Bytes { from, length },
        }
    }
}

impl ImportLayoutInput {
    pub(super) fn read(self) -> Result<domain::ProfileLayout, Rejection> {
        let mut signs = self.separator.as_deref().unwrap_or_default().chars();
        let (separator, more) = (signs.next(), signs.next());
        if more.is_some() || separator.is_some_and(|sign| !sign.is_ascii()) {
            let error = domain::ImportProfileError::SeparatorInvalid;
            return Err(error.into());
        }
        let columns = self
            .columns
            .into_iter()
            .map(|column| domain::ProfileColumn {
                field: column.field.into(),
                place: column.place.into(),
            });
        let skip_rows = self.skip_rows.into_iter().map(|rule| domain::SkipRule {
            place: rule.place.into(),
            values: rule.values,
        });
        let units = self.units.into_iter().map(|unit| domain::UnitFactor {
            unit: unit.unit,
            factor: unit.factor.0,
        });
        Ok(domain::ProfileLayout {
            name: self.name,
            kind: self.kind.into(),
            file: match self.format {
                FileFormat::Delimited => domain::FileLayout::Delimited { separator },
                FileFormat::FixedWidth => domain::FileLayout::FixedWidth,
                FileFormat::Dbf => domain::FileLayout::Dbf,
                FileFormat::Xlsx => domain::FileLayout::Xlsx,
                FileFormat::Json => domain::FileLayout::Json { rows: self.rows_at },
            },
            encoding: self.encoding.into(),
            skip_lines: self.skip_lines,
            columns: columns.collect(),
            skip_rows: skip_rows.collect(),
            implied_decimals: self.implied_decimals,
            units: units.collect(),
        })
    }
}

/// A column, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ImportColumn {
    field: ImportField,
    name: Option<String>,
    number: Option<u32>,
    from: Option<u32>,
    length: Option<u32>,
}

/// A place as its parts: the name, the number, or the first byte and the length.
#[derive(Default)]
struct PlaceParts {
    name: Option<String>,
    number: Option<u32>,
    from: Option<u32>,
    length: Option<u32>,
}

impl From<domain::ColumnPlace> for PlaceParts {
    fn from(place: domain::ColumnPlace) -> Self {
        let mut parts = Self::default();
        match place {
            domain::ColumnPlace::Named { name } => parts.name = Some(name),
            domain::ColumnPlace::Numbered { number } => parts.number = Some(number),
            domain::ColumnPlace::Bytes { from, length } => {
                (parts.from, parts.length) = (Some(from), Some(length));
            }
        }
        parts
    }
}

impl From<domain::ProfileColumn> for ImportColumn {
    fn from(column: domain::ProfileColumn) -> Self {
        let PlaceParts {
            name,
            number,
            from,
            length,
        } = column.place.into();
        Self {
            field: column.field.into(),
            name,
            number,
            from,
            length,
        }
    }
}

impl From<domain::SkipRule> for SkipRule {
    fn from(rule: domain::SkipRule) -> Self {
        let PlaceParts {
            name,
            number,
            from,
            length,
        } = rule.place.into();
        Self {
            name,
            number,
            from,
            length,
            values: rule.values,
        }
    }
}

/// Rows that are left out, by what a column holds.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct SkipRule {
    name: Option<String>,
    number: Option<u32>,
    from: Option<u32>,
    length: Option<u32>,
    /// The row is left out when the column holds one of these; an empty text is a value as well.
    values: Vec<String>,
}

/// What one of a unit is in m³ or kWh.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct UnitFactor {
    unit: String,
    factor: Decimal,
}

/// How a kind of file is read (导入方案).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(super) struct ImportProfile {
    profile_id: String,
    version: i32,
    name: String,
    kind: ImportProfileKind,
    format: FileFormat,
    /// Of a delimited file; null where it is found out.
    separator: Option<String>,
    /// Where the list stands in a JSON document, such as `/data/list`.
    rows_at: Option<String>,
    encoding: FileEncoding,
    skip_lines: u32,
    columns: Vec<ImportColumn>,
    skip_rows: Vec<SkipRule>,
    implied_decimals: Option<u32>,
    units: Vec<UnitFactor>,
}

impl From<ProfileRow> for ImportProfile {
    fn from(row: ProfileRow) -> Self {
        let layout = row.layout;
        let (mut separator, mut rows_at) = (None, None);
        let format = match layout.file {
            domain::FileLayout::Delimited { separator: sign } => {
                separator = sign.map(String::from);
                FileFormat::Delimited
            }
            domain::FileLayout::FixedWidth => FileFormat::FixedWidth,
            domain::FileLayout::Dbf => FileFormat::Dbf,
            domain::FileLayout::Xlsx => FileFormat::Xlsx,
            domain::FileLayout::Json { rows } => {
                rows_at = Some(rows);
                FileFormat::Json
            }
        };
        let units = layout.units.into_iter().map(|unit| UnitFactor {
            unit: unit.unit,
            factor: unit.factor.into(),
        });
        Self {
            profile_id: row.profile_id.to_string(),
            version: row.version,
            name: layout.name,
            kind: layout.kind.into(),
            format,
            separator,
            rows_at,
            encoding: layout.encoding.into(),
            skip_lines: layout.skip_lines,
            columns: layout.columns.into_iter().map(Into::into).collect(),
            skip_rows: layout.skip_rows.into_iter().map(Into::into).collect(),
            implied_decimals: layout.implied_decimals,
            units: units.collect(),
        }
    }
}

/// A profile as it was published.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct ImportProfileVersion {
    version: i32,
    published_at: DateTime<Utc>,
    /// As `staff:li`.
    published_by: String,
    profile: ImportProfile,
}

impl From<ProfileVersionRow> for ImportProfileVersion {
    fn from(row: ProfileVersionRow) -> Self {
        Self {
            version: row.profile.version,
            published_at: row.published_at,
            published_by: row.published_by,
            profile: row.profile.into(),
        }
    }
}
