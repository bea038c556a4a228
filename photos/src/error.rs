use thiserror::Error;

/// Why bytes are not taken as a photo. The codes are stable and stand in `docs/errors.md`.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    #[error("请选择要上传的照片")]
    Missing,
    #[error("照片太大，请重新拍摄")]
    TooLarge,
    #[error("照片的像素太多，请重新拍摄")]
    TooManyPixels,
    #[error("只能上传 JPG、PNG 或 WebP 照片")]
    TypeNotAllowed,
    #[error("暂不支持 HEIC 照片，请在相机设置中选择“兼容性最佳”，或转成 JPG 后上传")]
    HeicNotSupported,
    #[error("照片已损坏，请重新拍摄")]
    Unreadable,
}

impl Refusal {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "PHOTO_MISSING",
            Self::TooLarge => "PHOTO_TOO_LARGE",
            Self::TooManyPixels => "PHOTO_TOO_MANY_PIXELS",
            Self::TypeNotAllowed => "PHOTO_TYPE_NOT_ALLOWED",
            Self::HeicNotSupported => "PHOTO_HEIC_NOT_SUPPORTED",
            Self::Unreadable => "PHOTO_UNREADABLE",
        }
    }
}
