use chaobiao_decision::BusinessError;
use thiserror::Error;

use super::aggregate::LABEL_LENGTH;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DelayReasonsError {
    #[error("没有这个未抄原因")]
    Unknown,
    #[error("该未抄原因已停用")]
    Retired,
    #[error("原因名称不能为空，且最多 {LABEL_LENGTH} 个字")]
    LabelInvalid,
    #[error("选择该原因时请填写说明")]
    NoteRequired,
}

impl BusinessError for DelayReasonsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "DELAY_REASON_UNKNOWN",
            Self::Retired => "DELAY_REASON_RETIRED",
            Self::LabelInvalid => "DELAY_REASON_LABEL_INVALID",
            Self::NoteRequired => "DELAY_REASON_NOTE_REQUIRED",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown | Self::Retired => "code",
            Self::LabelInvalid => "label",
            Self::NoteRequired => "note",
        })
    }
}
