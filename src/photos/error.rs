use thiserror::Error;

/// Why a photo is not taken, or not given.
#[derive(Debug, Error)]
pub enum PhotoError {
    #[error("请选择要上传的照片")]
    Missing,
    #[error("照片太大，请重新拍摄")]
    TooLarge,
    #[error("照片的像素太多，请重新拍摄")]
    TooManyPixels,
    #[error("只能上传 JPG 或 PNG 照片")]
    TypeNotAllowed,
    #[error("照片已损坏，请重新拍摄")]
    Unreadable,
    #[error("上传请求的格式不正确")]
    Malformed,
    /// The bytes under a hash are no longer those that were kept.
    #[error("照片与其摘要不符")]
    Tampered,
    #[error("照片存储出错")]
    Store(#[from] object_store::Error),
    #[error("照片处理出错")]
    Worker(#[from] tokio::task::JoinError),
}

impl PhotoError {
    /// Stable, listed in `docs/errors.md`; faults have none to tell.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "PHOTO_MISSING",
            Self::TooLarge => "PHOTO_TOO_LARGE",
            Self::TooManyPixels => "PHOTO_TOO_MANY_PIXELS",
            Self::TypeNotAllowed => "PHOTO_TYPE_NOT_ALLOWED",
            Self::Unreadable => "PHOTO_UNREADABLE",
            Self::Malformed => "PHOTO_REQUEST_MALFORMED",
            Self::Tampered => "PHOTO_TAMPERED",
            Self::Store(_) | Self::Worker(_) => "INTERNAL_SERVER_ERROR",
        }
    }
}
