use chaobiao_photos::Refusal;
use thiserror::Error;

/// Why a photo is not taken, or not given.
#[derive(Debug, Error)]
pub enum PhotoError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("上传请求的格式不正确")]
    Malformed,
    /// The bytes under a hash are no longer those that were kept.
    #[error("照片与其摘要不符")]
    Tampered,
    /// X21: the store is down or full.
    #[error("照片存储暂时不可用，照片未保存，请稍后重试")]
    Store(#[from] object_store::Error),
    #[error("照片处理出错")]
    Worker(#[from] tokio::task::JoinError),
}

impl PhotoError {
    /// Stable, listed in `docs/errors.md`; faults have none to tell.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Malformed => "PHOTO_REQUEST_MALFORMED",
            Self::Tampered => "PHOTO_TAMPERED",
            // Not one of the codes by which a phone takes a photo for refused: it sends it again.
            Self::Store(_) => "STORAGE_UNAVAILABLE",
            Self::Worker(_) => "INTERNAL_SERVER_ERROR",
        }
    }
}
