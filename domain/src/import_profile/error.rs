use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::layout::{COLUMNS_MAX, TEXT_LENGTH};

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportProfileError {
    #[error("没有这个导入方案")]
    NotFound,
    #[error("方案名称不能为空，且最多 {TEXT_LENGTH} 个字")]
    NameInvalid,
    #[error("同一含义的列只能出现一次，且最多 {COLUMNS_MAX} 列")]
    FieldTwice,
    #[error("缺少必需的列：读数文件要有表号、读数和抄表时间或日期，历史用量要有表号、月份和用量")]
    FieldMissing,
    #[error("有的列与该类文件不符")]
    FieldUnfit,
    #[error("列的位置与文件格式不符")]
    PlaceUnfit,
    #[error("单位换算应大于零，并与单位列同时给出")]
    UnitsInvalid,
    #[error("分隔符应为一个 ASCII 字符")]
    SeparatorInvalid,
    #[error("隐含小数最多 8 位")]
    DecimalsOutOfRange,
}

impl BusinessError for ImportProfileError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "IMPORT_PROFILE_NOT_FOUND",
            Self::NameInvalid => "IMPORT_PROFILE_NAME_INVALID",
            Self::FieldTwice => "IMPORT_PROFILE_FIELD_TWICE",
            Self::FieldMissing => "IMPORT_PROFILE_FIELD_MISSING",
            Self::FieldUnfit => "IMPORT_PROFILE_FIELD_UNFIT",
            Self::PlaceUnfit => "IMPORT_PROFILE_PLACE_UNFIT",
            Self::UnitsInvalid => "IMPORT_PROFILE_UNITS_INVALID",
            Self::SeparatorInvalid => "IMPORT_PROFILE_SEPARATOR_INVALID",
            Self::DecimalsOutOfRange => "IMPORT_PROFILE_DECIMALS_OUT_OF_RANGE",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound => "profileId",
            Self::NameInvalid => "layout.name",
            Self::FieldTwice | Self::FieldMissing | Self::FieldUnfit | Self::PlaceUnfit => {
                "layout.columns"
            }
            Self::UnitsInvalid => "layout.units",
            Self::SeparatorInvalid => "layout.separator",
            Self::DecimalsOutOfRange => "layout.impliedDecimals",
        })
    }
}
