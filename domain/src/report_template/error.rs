use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::layout::TEXT_LENGTH;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReportTemplateError {
    #[error("没有这个报表模板")]
    NotFound,
    #[error("模板名称不能为空，且最多 {TEXT_LENGTH} 个字")]
    NameInvalid,
    #[error("模板至少要有一列，且同一列只能出现一次")]
    ColumnsInvalid,
    #[error("列标题不能为空，且最多 {TEXT_LENGTH} 个字")]
    HeadingInvalid,
}

impl BusinessError for ReportTemplateError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "REPORT_TEMPLATE_NOT_FOUND",
            Self::NameInvalid => "REPORT_TEMPLATE_NAME_INVALID",
            Self::ColumnsInvalid => "REPORT_TEMPLATE_COLUMNS_INVALID",
            Self::HeadingInvalid => "REPORT_TEMPLATE_HEADING_INVALID",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound => "templateId",
            Self::NameInvalid => "name",
            Self::ColumnsInvalid | Self::HeadingInvalid => "columns",
        })
    }
}
