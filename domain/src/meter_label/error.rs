use chaobiao_decision::BusinessError;
use thiserror::Error;

use crate::units::{MeterNo, ValueError};

/// Labels of one batch.
pub(super) const BATCH_MAX: usize = 500;

/// Why a label is not printed, exchanged or believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeterLabelError {
    #[error("每批至少 1 张、最多 {BATCH_MAX} 张标签")]
    BatchSize,
    #[error("没有表号 {0}")]
    NoSuchMeter(MeterNo),
    #[error("没有这个标签模板")]
    TemplateNotFound,
    #[error("标签宽 30 至 104 毫米，高 20 至 100 毫米")]
    SizeOutOfRange,
    #[error("打印分辨率须为每毫米 6、8、12 或 24 点")]
    ResolutionUnusual,
    #[error("标签材料须为 PET，用树脂碳带打印")]
    MaterialNotDurable,
    #[error("该表还没有标签")]
    NoLabel,
    #[error("该表的标签还没有打印")]
    NotPrinted,
    #[error("扫描结果 {0} 不是这块表的表号，标签可能贴错")]
    ScanDiffers(String),
    #[error("{0}")]
    Note(ValueError),
}

impl BusinessError for MeterLabelError {
    fn code(&self) -> &'static str {
        match self {
            Self::BatchSize => "METER_LABEL_BATCH_SIZE",
            Self::NoSuchMeter(_) => "METER_LABEL_NO_SUCH_METER",
            Self::TemplateNotFound => "METER_LABEL_TEMPLATE_NOT_FOUND",
            Self::SizeOutOfRange => "METER_LABEL_SIZE_OUT_OF_RANGE",
            Self::ResolutionUnusual => "METER_LABEL_RESOLUTION_UNUSUAL",
            Self::MaterialNotDurable => "METER_LABEL_MATERIAL_NOT_DURABLE",
            Self::NoLabel => "METER_LABEL_NO_LABEL",
            Self::NotPrinted => "METER_LABEL_NOT_PRINTED",
            Self::ScanDiffers(_) => "METER_LABEL_SCAN_DIFFERS",
            Self::Note(source) => source.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::BatchSize | Self::NoSuchMeter(_) => "meterNos",
            Self::TemplateNotFound => "templateId",
            Self::SizeOutOfRange => "widthMm",
            Self::ResolutionUnusual => "dotsPerMm",
            Self::MaterialNotDurable => "pet",
            Self::NoLabel | Self::NotPrinted => "meterNo",
            Self::ScanDiffers(_) => "scanned",
            Self::Note(_) => "note",
        })
    }
}
