use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ReportTemplateError;

pub(super) const TEXT_LENGTH: usize = 60;

/// What a line of the report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportGroup {
    Meter,
    Account,
    Building,
    /// 单位: the accounts of units.
    Department,
    Campus,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportColumn {
    /// The number or name of what the line is about.
    Key,
    Campus,
    Building,
    Room,
    AccountNo,
    Commodity,
    Month,
    Usage,
    /// The same months a year before.
    LastYear,
    /// Usage less last year's.
    Change,
    Meters,
    Readings,
}

impl ReportColumn {
    pub const ALL: [Self; 12] = [
        Self::Key,
        Self::Campus,
        Self::Building,
        Self::Room,
        Self::AccountNo,
        Self::Commodity,
        Self::Month,
        Self::Usage,
        Self::LastYear,
        Self::Change,
        Self::Meters,
        Self::Readings,
    ];

    /// The heading of a column whose template gives it none.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Key => "编号",
            Self::Campus => "校区",
            Self::Building => "楼栋",
            Self::Room => "房间",
            Self::AccountNo => "户号",
            Self::Commodity => "类别",
            Self::Month => "月份",
            Self::Usage => "用量",
            Self::LastYear => "上年同期",
            Self::Change => "增减",
            Self::Meters => "表数",
            Self::Readings => "读数次数",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnLayout {
    pub column: ReportColumn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
}

impl ColumnLayout {
    pub fn heading(&self) -> &str {
        self.heading
            .as_deref()
            .unwrap_or_else(|| self.column.heading())
    }
}

/// A usage report as it is laid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLayout {
    pub name: String,
    pub group: ReportGroup,
    /// A line for every month, or one for all of them.
    pub monthly: bool,
    pub columns: Vec<ColumnLayout>,
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= TEXT_LENGTH
}

impl ReportLayout {
    /// Without the space around its texts, if it can be used.
    pub(super) fn checked(self) -> Result<Self, ReportTemplateError> {
        let name = self.name.trim().to_owned();
        if !is_text(&name) {
            return Err(ReportTemplateError::NameInvalid);
        }
        let distinct: BTreeSet<ReportColumn> =
            self.columns.iter().map(|column| column.column).collect();
        if self.columns.is_empty() || distinct.len() < self.columns.len() {
            return Err(ReportTemplateError::ColumnsInvalid);
        }
        let column = |column: ColumnLayout| {
            let heading = column.heading.map(|heading| heading.trim().to_owned());
            if heading.as_deref().is_some_and(|heading| !is_text(heading)) {
                return Err(ReportTemplateError::HeadingInvalid);
            }
            Ok(ColumnLayout { heading, ..column })
        };
        let columns = self.columns.into_iter().map(column);
        Ok(Self {
            name,
            columns: columns.collect::<Result<_, _>>()?,
            ..self
        })
    }
}
